package io.imagetransformer.event;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEventData;
import io.cloudevents.jackson.JsonCloudEventData;
import org.jspecify.annotations.Nullable;

/** One event on its way to verdicts: opens what is wrapped, knows each shape, keeps the order. Lives for one call. */
final class Decoding {
    private enum Wrapper {
        LIST,
        CLOUD_EVENT,
        SNS,
        DATA,
        STRING
    }

    /** Where in the event we are: what was opened on the way, and the attributes of the nearest CloudEvent around. */
    private record Place(String path, EnumSet<Wrapper> opened, Map<String, String> attributes) {
        static final Place TOP = new Place("", EnumSet.noneOf(Wrapper.class), Map.of());

        Place within(Wrapper wrapper, String step) {
            EnumSet<Wrapper> more = EnumSet.copyOf(opened);
            more.add(wrapper);
            return new Place(path + step, more, attributes);
        }

        Place with(Map<String, String> nearer) {
            return new Place(path, opened, nearer);
        }
    }

    private interface Member {
        void read(JsonNode member, Place place);
    }

    private final DecoderLimits limits;
    private final JsonReader json;
    private final StoreEvents storeEvents;

    private final List<Decoded> verdicts = new ArrayList<>();
    /** Verdicts that may still come beyond the one that everything comes to at least. */
    private int room;

    Decoding(DecoderLimits limits, JsonReader json, StoreEvents storeEvents) {
        this.limits = limits;
        this.json = json;
        this.storeEvents = storeEvents;
        this.room = limits.maxRecords() - 1;
    }

    List<Decoded> verdicts(IncomingEvent event) {
        if (event.bytes() > limits.maxBytes()) {
            malformed(
                    Place.TOP,
                    MalformedReason.TOO_LARGE,
                    event.bytes() + " bytes with headers, over " + limits.maxBytes());
        } else if (Shapes.isGooglePubSub(event)) {
            unsupported(Place.TOP, "Google Cloud Storage");
        } else {
            transport(event);
        }
        return List.copyOf(verdicts);
    }

    private void transport(IncomingEvent event) {
        ContentType type = ContentType.of(event.header("content-type"));
        if (type.isCloudEvents()) {
            structured(event.body(), type);
            return;
        }
        CloudEvents.Outcome binary = CloudEvents.ofHeaders(event);
        if (binary instanceof CloudEvents.Outcome.Invalid invalid) {
            malformed(Place.TOP, MalformedReason.INVALID_CLOUD_EVENT, invalid.detail());
            return;
        }
        Place place = binary instanceof CloudEvents.Outcome.Read read ? Place.TOP.with(read.attributes()) : Place.TOP;
        byte[] body = event.body();
        // Over HTTP nothing tells an empty body from none.
        if (body == null || binary != null && body.length == 0) {
            ignored(IgnoredReason.TOMBSTONE, binary == null ? "no value" : "a CloudEvent without data");
        } else if (type.isProtobuf()) {
            malformed(place, MalformedReason.PROTOBUF, "content type " + type.mediaType());
        } else {
            parsed(json.read(body, type.charset()), place);
        }
    }

    private void structured(byte @Nullable [] body, ContentType type) {
        if (body == null) {
            ignored(IgnoredReason.TOMBSTONE, "no value");
            return;
        }
        if (type.isOtherThanJsonCloudEvents()) {
            malformed(
                    Place.TOP,
                    type.isProtobuf() ? MalformedReason.PROTOBUF : MalformedReason.NOT_JSON,
                    "content type " + type.mediaType());
            return;
        }
        JsonReader.Outcome outcome = json.read(body, type.charset());
        if (!(outcome instanceof JsonReader.Outcome.Tree tree)) {
            parsed(outcome, Place.TOP);
        } else if (!type.isCloudEventsBatch()) {
            cloudEvent(tree.root(), Place.TOP);
        } else if (tree.root().isArray()) {
            list(tree.root(), Place.TOP, this::cloudEvent);
        } else {
            malformed(Place.TOP, MalformedReason.INVALID_CLOUD_EVENT, "a batch that is no list");
        }
    }

    private void parsed(JsonReader.Outcome outcome, Place place) {
        if (outcome instanceof JsonReader.Outcome.Tree tree) {
            value(tree.root(), place);
        } else if (outcome instanceof JsonReader.Outcome.Refused refused) {
            malformed(place, refused.reason(), refused.detail());
        }
    }

    private void value(JsonNode node, Place place) {
        if (node.isObject()) {
            object(node, place);
        } else if (node.isArray() && opens(Wrapper.LIST, place)) {
            list(node, place, this::value);
        } else if (node.isTextual() && opens(Wrapper.STRING, place)) {
            parsed(json.read(node.textValue()), place.within(Wrapper.STRING, ""));
        } else {
            malformed(place, MalformedReason.UNKNOWN_SHAPE, "a JSON " + kind(node));
        }
    }

    private void object(JsonNode object, Place place) {
        String foreign = Shapes.foreignStore(place.attributes());
        foreign = foreign == null ? Shapes.foreignStore(object) : foreign;
        if (foreign != null) {
            unsupported(place, foreign);
        } else if (CloudEvents.isOne(object) && opens(Wrapper.CLOUD_EVENT, place)) {
            cloudEvent(object, place);
        } else if (Shapes.isSns(object) && opens(Wrapper.SNS, place)) {
            sns(object, place);
        } else if (Shapes.isTestEvent(object)) {
            ignored(IgnoredReason.TEST_EVENT, "s3:TestEvent");
        } else if (object.path("Records").isArray()) {
            records(object, place);
        } else if (Shapes.isS3Record(object)) {
            add(place, storeEvents.s3Record(object, null, place.attributes()));
        } else if (Shapes.isEventBridge(object)) {
            add(place, storeEvents.eventBridge(object, place.attributes()));
        } else if (object.has("data") && opens(Wrapper.DATA, place)) {
            value(object.get("data"), place.within(Wrapper.DATA, "data."));
        } else {
            malformed(place, MalformedReason.UNKNOWN_SHAPE, "an object with " + Shapes.names(object));
        }
    }

    private void records(JsonNode event, Place place) {
        JsonNode records = event.get("Records");
        JsonNode envelope = records.size() == 1 ? event : null;
        list(
                records,
                new Place(place.path() + "Records", place.opened(), place.attributes()),
                (record, at) -> add(at, storeEvents.s3Record(record, envelope, at.attributes())));
    }

    private void sns(JsonNode message, Place place) {
        if (Shapes.isSnsNotification(message)) {
            parsed(json.read(message.get("Message").textValue()), place.within(Wrapper.SNS, "Message."));
        } else {
            malformed(
                    place,
                    MalformedReason.UNKNOWN_SHAPE,
                    "an SNS " + message.get("Type").textValue() + ", which somebody has to answer");
        }
    }

    private void cloudEvent(JsonNode node, Place place) {
        CloudEvents.Outcome outcome = CloudEvents.ofJson(json, node);
        if (outcome instanceof CloudEvents.Outcome.Invalid invalid) {
            malformed(place, MalformedReason.INVALID_CLOUD_EVENT, invalid.detail());
        } else if (outcome instanceof CloudEvents.Outcome.Read read) {
            data(read.data(), place.within(Wrapper.CLOUD_EVENT, "data.").with(read.attributes()));
        }
    }

    private void data(@Nullable CloudEventData data, Place place) {
        if (data == null) {
            ignored(IgnoredReason.TOMBSTONE, "a CloudEvent without data");
        } else if (data instanceof JsonCloudEventData tree) {
            value(tree.getNode(), place);
        } else {
            parsed(json.read(data.toBytes(), null), place);
        }
    }

    private void list(JsonNode members, Place place, Member reading) {
        if (members.isEmpty()) {
            ignored(IgnoredReason.EMPTY_LIST, "a list without members");
        } else if (members.size() - 1 > room) {
            malformed(
                    place,
                    MalformedReason.TOO_MANY_RECORDS,
                    "a list of " + members.size() + ", where " + limits.maxRecords() + " are allowed in all");
        } else {
            room -= members.size() - 1;
            for (int i = 0; i < members.size(); i++) {
                reading.read(members.get(i), place.within(Wrapper.LIST, "[" + i + "]."));
            }
        }
    }

    private boolean opens(Wrapper wrapper, Place place) {
        return !place.opened().contains(wrapper);
    }

    private void add(Place place, Decoded verdict) {
        if (verdict instanceof Decoded.Ignored ignored) {
            ignored(ignored.reason(), ignored.detail());
        } else if (verdict instanceof Decoded.Malformed malformed) {
            malformed(place, malformed.reason(), malformed.detail());
        } else {
            verdicts.add(verdict);
        }
    }

    private void ignored(IgnoredReason reason, String detail) {
        verdicts.add(new Decoded.Ignored(reason, Printable.line(detail)));
    }

    private void malformed(Place place, MalformedReason reason, String detail) {
        verdicts.add(new Decoded.Malformed(reason, Printable.line(told(place, detail))));
    }

    private void unsupported(Place place, String store) {
        malformed(place, MalformedReason.UNSUPPORTED_STORE, "an event of " + store + ", which is not read over S3");
    }

    /** {@code Records[3]: object key}: where in the event it is, so that a person finds it. */
    private static String told(Place place, String detail) {
        String path = place.path();
        return path.isEmpty()
                ? detail
                : path.substring(0, path.length() - (path.endsWith(".") ? 1 : 0)) + ": " + detail;
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
