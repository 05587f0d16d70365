package io.imagetransformer.storage;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLException;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.DeadLetterReason;

/** The one place that says which S3 error is which failure: see the table in {@code docs/failures.md}. */
final class S3Failures {
    private static final Set<String> NO_OBJECT = Set.of("NoSuchKey", "NoSuchVersion", "MethodNotAllowed");

    /** Answers about the copy to be put, which the next try would get, too. AWS's codes and MinIO's own. */
    private static final Map<String, DeadLetterReason> COPY_REFUSED = Map.of(
            "KeyTooLongError", DeadLetterReason.DESTINATION_KEY_TOO_LONG,
            "XMinioInvalidObjectName", DeadLetterReason.DESTINATION_KEY_REFUSED,
            "XMinioParentIsObject", DeadLetterReason.DESTINATION_KEY_REFUSED,
            "InvalidURI", DeadLetterReason.DESTINATION_KEY_REFUSED,
            "EntityTooLarge", DeadLetterReason.OBJECT_REFUSED,
            "MetadataTooLarge", DeadLetterReason.OBJECT_REFUSED);

    /** The same of an object to be read. */
    private static final Map<String, DeadLetterReason> SOURCE_REFUSED = Map.of(
            "KeyTooLongError", DeadLetterReason.OBJECT_REFUSED,
            "XMinioInvalidObjectName", DeadLetterReason.OBJECT_REFUSED,
            "InvalidURI", DeadLetterReason.OBJECT_REFUSED,
            "InvalidObjectState", DeadLetterReason.OBJECT_ARCHIVED);

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
        if (request instanceof HeadObjectRequest && answer.statusCode() == 404) {
            return new ObjectMissing(store + " knows no such object");
        }
        // The answer to a HEAD has no document, and so no code.
        boolean coded =
                answer.awsErrorDetails() != null && answer.awsErrorDetails().errorCode() != null;
        String code = coded ? answer.awsErrorDetails().errorCode() : "";
        String said = store + " answered " + answer.statusCode() + (code.isEmpty() ? "" : " " + code) + " to "
                + describe(request);
        if (request instanceof GetObjectRequest) {
            // 416: it has no first byte any more.
            if (answer.statusCode() == 412 || answer.statusCode() == 416) {
                return new ObjectSuperseded(said);
            }
            if (NO_OBJECT.contains(code)) {
                return new ObjectMissing(said);
            }
            if (code.equals("InvalidRequest") && isAboutEncryption(answer)) {
                return new PermanentFailure(
                        DeadLetterReason.OBJECT_REFUSED.code(), said + ": encrypted with a key of its own");
            }
        }
        DeadLetterReason reason = (request instanceof GetObjectRequest ? SOURCE_REFUSED : COPY_REFUSED).get(code);
        if (reason != null) {
            return new PermanentFailure(reason.code(), said);
        }
        String hint = answer.statusCode() == 403 && request instanceof GetObjectRequest
                ? " (AWS also answers 403 for a missing object where s3:ListBucket is not granted)"
                : "";
        return new TransientFailure(said + hint, thrown);
    }

    /** The code alone is that of wrong signatures, too. */
    private static boolean isAboutEncryption(AwsServiceException answer) {
        String message = answer.awsErrorDetails().errorMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains("server side encryption");
    }

    private static String describe(SdkRequest request) {
        if (request instanceof GetObjectRequest get) {
            return "GET from bucket " + get.bucket();
        }
        if (request instanceof PutObjectRequest put) {
            return "PUT to bucket " + put.bucket();
        }
        String bucket = request.getValueForField("Bucket", String.class)
                .map(name -> " of bucket " + name)
                .orElse("");
        return request.getClass().getSimpleName().replace("Request", "") + bucket;
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
