"""KServe's own Python model server with the sandbox's model in it: the real peer of RealKServeIT.

    python3 -m venv venv && venv/bin/pip install -r src/test/python/kserve-requirements.txt
    venv/bin/python src/test/python/kserve_server.py --model src/test/resources/model/mnist.onnx \
        --http_port 8081 --grpc_port 8082

Three models of one network:

    mnist     tells no metadata, as KServe's models do by default; takes and gives numbers
    planes    tells that it takes UINT8 in planes, [-1,1,28,28]; gives numbers
    raw       tells that it takes FP64 rows; gives raw bytes, whatever it was asked for

Each refuses a request with a picture of one colour, as a model does that checks what it gets.
"""

import argparse

import numpy as np
import onnxruntime
from kserve import InferOutput, InferResponse, Model, ModelServer, model_server
from kserve.errors import InvalidInput


class Digits(Model):
    def __init__(self, name, network, datatype="FP32", shape=(), raw=False):
        super().__init__(name)
        self.session = onnxruntime.InferenceSession(network)
        self.datatype = datatype
        self.shape = shape
        self.raw = raw
        self.ready = True

    def get_input_types(self):
        return [{"name": "image", "datatype": self.datatype, "shape": list(self.shape)}] if self.shape else []

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, dict):
            probabilities = self.infer(np.array(payload["instances"]))
            return {
                "predictions": [
                    {"predictions": row.tolist(), "classes": int(row.argmax())} for row in probabilities
                ]
            }
        images = payload.inputs[0]
        if images.datatype != self.datatype or images.name != ("image" if self.shape else "input-0"):
            raise InvalidInput(f"unexpected input {images.name} of {images.datatype}")
        if self.shape and list(images.shape)[1:] != list(self.shape)[1:]:
            raise InvalidInput(f"unexpected shape {images.shape}")
        numbers = images.as_numpy()
        probabilities = self.infer(numbers / 255.0 if self.datatype == "UINT8" else numbers)
        classes = probabilities.argmax(axis=1).astype(np.int64)
        return InferResponse(
            response_id=payload.id,
            model_name=self.name,
            infer_outputs=[self.output("predictions", "FP32", probabilities), self.output("classes", "INT64", classes)],
        )

    def infer(self, numbers):
        rows = numbers.reshape(len(numbers), -1).astype(np.float32)
        if rows.shape[1] != 784:
            raise InvalidInput(f"784 numbers an image are expected, not {rows.shape[1]}")
        if (rows.max(axis=1) == rows.min(axis=1)).any():
            raise InvalidInput("a picture of one colour")
        return self.session.run(None, {"input": rows})[0]

    def output(self, name, datatype, numbers):
        output = InferOutput(name, list(numbers.shape), datatype)
        output.set_data_from_numpy(numbers, binary_data=self.raw)
        return output


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    parser.add_argument("--model", required=True)
    arguments, _ = parser.parse_known_args()
    ModelServer(
        http_port=arguments.http_port, grpc_port=arguments.grpc_port, workers=1, enable_grpc=True
    ).start(
        [
            Digits("mnist", arguments.model),
            Digits("planes", arguments.model, "UINT8", (-1, 1, 28, 28)),
            Digits("raw", arguments.model, "FP64", (-1, 28, 28, 1), raw=True),
        ]
    )
