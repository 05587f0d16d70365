package io.imagetransformer.campaign;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** What broker and store log of the faults that they are given is no news. */
final class Quiet {
    private Quiet() {}

    static void libraries() {
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        loggers.getLoggerList().forEach(logger -> logger.setLevel(Level.OFF));
    }
}
