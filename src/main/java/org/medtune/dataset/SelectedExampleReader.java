package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Optional;

/** The chosen rows of another reader. They keep the numbers that they have in the file. */
final class SelectedExampleReader implements ExampleReader {

    private final ExampleReader all;
    private final RowSelection selection;
    private long selected;

    SelectedExampleReader(ExampleReader all, RowSelection selection) {
        this.all = all;
        this.selection = selection;
    }

    @Override
    public Optional<DatasetRow> next() {
        if (selection.isFull(selected)) {
            return Optional.empty();
        }
        Optional<DatasetRow> row = all.next();
        while (row.isPresent() && !selection.wants(row.get())) {
            row = all.next();
        }
        if (row.isPresent()) {
            selected++;
        } else if (selected == 0) {
            throw MESSAGES.noRowOfLanguage(selection.language().toString());
        }
        return row;
    }

    @Override
    public long position() {
        return all.position();
    }

    @Override
    public void close() {
        all.close();
    }
}
