package org.medtune.batch;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.medtune.catalogue.Adapters;
import org.medtune.catalogue.Datasets;
import org.medtune.catalogue.Downloads;
import org.medtune.catalogue.Models;
import org.medtune.catalogue.Uploads;
import org.medtune.ops.MedtuneHome;

/** Gives the container what a site has, as {@link SiteBeans} gives it the rest. */
@Dependent
public final class CatalogueBeans {

    @Produces
    @Singleton
    static Models models(MedtuneHome home) {
        return new Models(home);
    }

    static void release(@Disposes Models models) {
        models.close();
    }

    @Produces
    @Singleton
    static Datasets datasets(MedtuneHome home) {
        return new Datasets(home);
    }

    static void release(@Disposes Datasets datasets) {
        datasets.close();
    }

    @Produces
    @Singleton
    static Adapters adapters(MedtuneHome home, Models models) {
        return new Adapters(home, models);
    }

    @Produces
    @Singleton
    static Uploads uploads(MedtuneHome home) {
        return new Uploads(home, Uploads.limitOfEnvironment());
    }

    @Produces
    @Singleton
    static Downloads downloads() {
        return new Downloads();
    }
}
