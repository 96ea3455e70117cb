package org.medtune.ops;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** In a real PostgreSQL. */
class PostgresRecoveryIT extends RecoveryContract {

    private EmbeddedPostgres postgres;

    @Override
    JobRepositoryDatabase emptyRepository() {
        try {
            postgres = EmbeddedPostgres.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return new JobRepositoryDatabase(postgres.getPostgresDatabase(), "sql/jberet-postgresql.ddl").create();
    }

    @AfterEach
    void stop() throws IOException {
        postgres.close();
    }
}
