package io.imagetransformer.camel;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** KServe's health of a model over HTTP. */
final class HttpPredictorHealth implements PredictorHealth {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpPredictorHealth.class);
    private static final int TIMEOUT_MILLIS = 5_000;

    private final AtomicBoolean told = new AtomicBoolean();
    private final String url;
    private final boolean mandatory;

    /**
     * @param url of the model's health
     * @param mandatory whether the protocol demands the path; where not, a predictor that does not know it is taken as it is
     */
    HttpPredictorHealth(String url, boolean mandatory) {
        this.url = url;
        this.mandatory = mandatory;
    }

    @Override
    public Optional<String> trouble() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            connection.disconnect();
            boolean ready = mandatory ? status == 200 : status < 500;
            if (ready && status == 404 && told.compareAndSet(false, true)) {
                LOGGER.warn("the predictor answers 404 to {}: look at model.name, unless it has no such path", url);
            }
            return ready ? Optional.empty() : Optional.of("the predictor is not ready: " + url + " answers " + status);
        } catch (SSLException e) {
            return Optional.of("the predictor at " + url + " cannot be reached by TLS: " + Prerequisites.rootMessage(e)
                    + " (see tls.ca-file)");
        } catch (IOException e) {
            return Optional.of("the predictor at " + url + " cannot be reached");
        }
    }
}
