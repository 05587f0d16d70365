package io.imagetransformer.command;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;

@Command(name = "reconcile", mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {
    private final Parts.Opening parts;

    public ReconcileCommand(Parts.Opening parts) {
        this.parts = parts;
    }

    @Override
    public Integer call() throws Exception {
        parts.open().close();
        return 0;
    }
}
