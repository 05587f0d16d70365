package io.imagetransformer.camel;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;

import javax.net.ssl.SSLException;

/** KServe's health of a model over HTTP. */
final class HttpPredictorHealth implements PredictorHealth {
    private static final int TIMEOUT_MILLIS = 5_000;

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
            return ready ? Optional.empty() : Optional.of("the predictor is not ready: " + url + " answers " + status);
        } catch (SSLException e) {
            return Optional.of("the predictor at " + url + " cannot be reached by TLS: " + Prerequisites.rootMessage(e)
                    + " (see tls.ca-file)");
        } catch (IOException e) {
            return Optional.of("the predictor at " + url + " cannot be reached");
        }
    }
}
