package io.imagetransformer.storage;

import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLException;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.TransientFailure;

/** The one place that says which S3 error is which failure: see the table in {@code docs/failures.md}. */
final class S3Failures {
    private static final Set<String> NO_OBJECT = Set.of("NoSuchKey", "NoSuchVersion", "MethodNotAllowed");

    /** Answers about the copy to be put, which the next try would get, too. AWS's codes and MinIO's own. */
    private static final Map<String, String> COPY_REFUSED = Map.of(
            "KeyTooLongError", "destination-key-too-long",
            "XMinioInvalidObjectName", "destination-key-refused",
            "XMinioParentIsObject", "destination-key-refused",
            "InvalidURI", "destination-key-refused",
            "EntityTooLarge", "object-refused",
            "MetadataTooLarge", "object-refused");

    /** The same of an object to be read. */
    private static final Map<String, String> SOURCE_REFUSED = Map.of(
            "KeyTooLongError", "object-refused",
            "XMinioInvalidObjectName", "object-refused",
            "InvalidURI", "object-refused",
            "InvalidObjectState", "object-archived");

    private S3Failures() {}

    /**
     * What a call's failure is: {@link ObjectSuperseded}, {@link ObjectMissing}, {@link PermanentFailure}, or else
     * {@link TransientFailure}. Its message is one line, without the object's key.
     *
     * @param store who was asked, for a person
     * @param request what was asked
     * @param thrown what the SDK threw
     */
    static RuntimeException of(String store, SdkRequest request, SdkException thrown) {
        if (!(thrown instanceof AwsServiceException answer)) {
            return new TransientFailure(
                    store + " cannot be reached: " + rootMessage(thrown)
                            + (isAboutTls(thrown) ? " (TLS: see tls.ca-file)" : ""),
                    thrown);
        }
        String code = answer.awsErrorDetails() == null
                ? ""
                : String.valueOf(answer.awsErrorDetails().errorCode());
        String said = store + " answered " + answer.statusCode() + (code.isEmpty() ? "" : " " + code) + " to "
                + describe(request);
        if (request instanceof GetObjectRequest) {
            if (answer.statusCode() == 412) {
                return new ObjectSuperseded(said);
            }
            boolean noObject = NO_OBJECT.contains(code) || answer.statusCode() == 404 && code.isEmpty();
            boolean noVersion = answer.statusCode() == 400 && code.equals("InvalidArgument");
            if (noObject || noVersion) {
                return new ObjectMissing(said);
            }
        }
        String reason = (request instanceof GetObjectRequest ? SOURCE_REFUSED : COPY_REFUSED).get(code);
        if (reason != null) {
            return new PermanentFailure(reason, said);
        }
        String hint = answer.statusCode() == 403 && request instanceof GetObjectRequest
                ? " (AWS also answers 403 for a missing object where s3:ListBucket is not granted)"
                : "";
        return new TransientFailure(said + hint, thrown);
    }

    private static String describe(SdkRequest request) {
        if (request instanceof GetObjectRequest get) {
            return "GET from bucket " + get.bucket();
        }
        if (request instanceof PutObjectRequest put) {
            return "PUT to bucket " + put.bucket();
        }
        return request.getClass().getSimpleName().replace("Request", "");
    }

    private static boolean isAboutTls(Throwable thrown) {
        return thrown instanceof SSLException || thrown.getCause() != null && isAboutTls(thrown.getCause());
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage())
                .lines()
                .findFirst()
                .orElse(root.getClass().getSimpleName());
    }
}
