"""Asks the rows on stdin over the v2 protocol with Triton's own client, in whose environment it runs."""

# mypy: ignore-errors

import json
import sys

import numpy as np
import tritonclient.http as triton


def tensors(client, name, rows, binary):
    found = []
    for column in client.get_model_metadata(name)["inputs"]:
        values = [row[column["name"]] for row in rows]
        if column["datatype"] == "BYTES":
            data = np.array([("" if value is None else str(value)).encode() for value in values], dtype=object)
        else:
            data = np.array(
                [np.nan if value is None else value for value in values], triton.triton_to_np_dtype(column["datatype"])
            )
        one = triton.InferInput(column["name"], list(data.shape), column["datatype"])
        one.set_data_from_numpy(data, binary_data=binary)
        found.append(one)
    return found


client = triton.InferenceServerClient(sys.argv[1])
rows = json.load(sys.stdin)
name = "titanic"
binary = client.infer(name, tensors(client, name, rows, True))
wanted = [triton.InferRequestedOutput(one, binary_data=False) for one in ("prediction", "probability")]
plain = client.infer(name, tensors(client, name, rows, False), outputs=wanted)
try:
    client.infer(name, tensors(client, name, [{**rows[0], "Pclass": 9}], True))
    refused = ""
except triton.InferenceServerException as error:
    refused = str(error)
json.dump(
    {
        "binary": binary.as_numpy("probability").tolist(),
        "json": plain.as_numpy("probability").tolist(),
        "classes": binary.as_numpy("prediction").tolist(),
        "ready": client.is_server_live() and client.is_server_ready() and client.is_model_ready(name),
        "version": binary.get_response()["model_version"],
        "refused": refused,
    },
    sys.stdout,
)
