package org.medtune;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beEnums;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beInterfaces;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveModifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the rooms of org.medtune apart: arrows point down only. */
class ArchitectureTest {

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.medtune");
    }

    @Test
    void theProductIsLookedAt() {
        assertThat(classes.contain(MedtuneMessages.class)).isTrue();
        assertThat(classes.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void arrowsPointDownOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("launcher").definedBy("org.medtune.launcher..")
                .layer("single sign-on").definedBy("org.medtune.web.sso..")
                .layer("access pages").definedBy("org.medtune.web.access..")
                .layer("monitoring").definedBy("org.medtune.web.monitoring..")
                .layer("openapi").definedBy("org.medtune.web.openapi..")
                .layer("faces").definedBy("org.medtune.web.faces..")
                .layer("rest").definedBy("org.medtune.web.rest..")
                .layer("batch").definedBy("org.medtune.batch..")
                .layer("conversation").definedBy("org.medtune.conversation..")
                .layer("chat").definedBy("org.medtune.chat..")
                .layer("catalogue").definedBy("org.medtune.catalogue..")
                .layer("ops").definedBy("org.medtune.ops..")
                .layer("training").definedBy("org.medtune.training..")
                .layer("evaluation").definedBy("org.medtune.evaluation..")
                .layer("generation").definedBy("org.medtune.generation..")
                .layer("download").definedBy("org.medtune.download..")
                .layer("export").definedBy("org.medtune.export..")
                .layer("adapter").definedBy("org.medtune.adapter..")
                .layer("dataset").definedBy("org.medtune.dataset..")
                .layer("model").definedBy("org.medtune.model..")
                .layer("tensor").definedBy("org.medtune.tensor..")
                .layer("access").definedBy("org.medtune.access..")
                .layer("audit").definedBy("org.medtune.audit..")
                .layer("root").definedBy("org.medtune")
                .whereLayer("launcher").mayOnlyAccessLayers("root")
                .whereLayer("single sign-on").mayNotAccessAnyLayer()
                .whereLayer("access pages").mayOnlyAccessLayers(
                        "faces", "rest", "batch", "conversation", "chat", "audit", "access", "ops", "root")
                .whereLayer("monitoring").mayOnlyAccessLayers("chat", "ops", "generation", "tensor", "root")
                .whereLayer("openapi").mayOnlyAccessLayers("rest", "catalogue", "ops", "root")
                .whereLayer("faces").mayOnlyAccessLayers(
                        "batch", "conversation", "chat", "catalogue", "download", "audit", "access", "ops", "training",
                        "evaluation", "generation", "export", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("rest").mayOnlyAccessLayers(
                        "batch", "conversation", "chat", "catalogue", "download", "audit", "access", "ops", "training",
                        "evaluation", "generation", "export", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("batch").mayOnlyAccessLayers(
                        "chat", "catalogue", "download", "audit", "access", "ops", "training", "evaluation", "generation",
                        "export", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("conversation").mayOnlyAccessLayers(
                        "chat", "ops", "training", "evaluation", "generation", "adapter", "dataset", "model", "tensor",
                        "root")
                .whereLayer("chat").mayOnlyAccessLayers(
                        "ops", "training", "evaluation", "generation", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("catalogue").mayOnlyAccessLayers(
                        "download", "ops", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("ops").mayOnlyAccessLayers(
                        "training", "evaluation", "generation", "export", "adapter", "dataset", "model", "tensor",
                        "root")
                .whereLayer("training").mayOnlyAccessLayers("adapter", "dataset", "model", "tensor", "root")
                .whereLayer("evaluation").mayOnlyAccessLayers(
                        "generation", "adapter", "dataset", "model", "tensor", "root")
                .whereLayer("generation").mayOnlyAccessLayers("adapter", "dataset", "model", "tensor", "root")
                .whereLayer("download").mayOnlyAccessLayers("root")
                .whereLayer("export").mayOnlyAccessLayers("adapter", "model", "tensor", "root")
                .whereLayer("adapter").mayOnlyAccessLayers("dataset", "model", "tensor", "root")
                .whereLayer("dataset").mayOnlyAccessLayers("model", "tensor", "root")
                .whereLayer("model").mayOnlyAccessLayers("tensor", "root")
                .whereLayer("tensor").mayOnlyAccessLayers("root")
                .whereLayer("access").mayOnlyAccessLayers("audit", "root")
                .whereLayer("audit").mayOnlyAccessLayers("root")
                .whereLayer("root").mayNotAccessAnyLayer()
                .check(classes);
    }

    @Test
    void everyClassIsInARoom() {
        classes().should().resideInAnyPackage(
                        "org.medtune", "org.medtune.web.openapi..", "org.medtune.web.access..",
                        "org.medtune.web.monitoring..", "org.medtune.web.sso..",
                        "org.medtune.web.faces..", "org.medtune.web.rest..", "org.medtune.batch..",
                        "org.medtune.audit..", "org.medtune.access..",
                        "org.medtune.conversation..", "org.medtune.chat..", "org.medtune.catalogue..",
                        "org.medtune.download..", "org.medtune.ops..",
                        "org.medtune.training..", "org.medtune.evaluation..", "org.medtune.generation..",
                        "org.medtune.export..", "org.medtune.adapter..", "org.medtune.dataset..",
                        "org.medtune.model..", "org.medtune.tensor..", "org.medtune.launcher..")
                .check(classes);
    }

    @Test
    void onlyTensorKnowsDjl() {
        noClasses().that(not(resideInAPackage("org.medtune.tensor..")))
                .should().dependOnClassesThat().resideInAPackage("ai.djl..")
                .check(classes);
    }

    @Test
    void roomsBelowBatchKnowNoServer() {
        noClasses().that().resideOutsideOfPackages("org.medtune.web..", "org.medtune.batch..")
                .should().dependOnClassesThat().resideInAPackage("jakarta..")
                .check(classes);
    }

    @Test
    void publicClassesAreNotForExtendingByAccident() {
        // the annotation processor of JBoss Logging generates the implementation of MedtuneMessages
        classes().that().arePublic().and().areTopLevelClasses().and().haveNameNotMatching(".*_\\$logger")
                // the container itself makes a subclass of what lives as long as a request
                .and().areNotAnnotatedWith("jakarta.enterprise.context.RequestScoped")
                .should(beInterfaces().or(beEnums()).or(haveModifier(FINAL)).or(haveModifier(ABSTRACT)))
                .because("a class is final, a record or an enum, or it is an interface or abstract")
                .check(classes);
    }
}
