"""Golden numbers for TextEncoderTests, made with PyTorch in double precision.

Versions: torch==2.13.0, numpy. Run: python Tests/References/text_golden.py

Texts of different lengths go through nn.Embedding (padding_idx=0) and nn.GRU or nn.LSTM as packed
sequences; compared are the last states and the gradient of every parameter. Words, weights and the
gradient of the result come from the same streams as in networks_golden.py, of whose summaries the
file is made.
"""

import json
import os

import numpy as np
import torch
import torch.nn as nn
from networks_golden import stream, summary

assert torch.__version__.startswith("2.13.0")

CASES = [
    # name, cell, both directions, texts, words, vocabulary, embedding, hidden
    ("gru", "gru", False, 5, 7, 11, 6, 9),
    ("gru-both", "gru", True, 37, 9, 40, 13, 24),
    ("lstm", "lstm", False, 5, 7, 11, 6, 9),
    ("lstm-both", "lstm", True, 37, 9, 40, 13, 24),
    ("gru-one-text", "gru", True, 1, 4, 6, 5, 3),
    ("gru-short-batch", "gru", True, 18, 12, 30, 8, 16),
]


def texts(name, batch, words, vocabulary):
    """Lengths from 1 to words (to half of them in the short batch), words from 1 on."""
    longest = words // 2 if "short" in name else words
    u = (stream(f"{name}/lengths", batch).astype(np.float64) + 1) / 2
    lengths = 1 + np.minimum((u * longest).astype(np.int64), longest - 1)
    lengths[0] = longest
    u = (stream(f"{name}/words", batch * words).astype(np.float64) + 1) / 2
    ids = 1 + np.minimum((u * (vocabulary - 1)).astype(np.int64), vocabulary - 2)
    ids = ids.reshape(batch, words)
    ids[np.arange(words)[None, :] >= lengths[:, None]] = 0
    return ids, lengths


def case(name, cell, both, batch, words, vocabulary, width, hidden):
    embedding = nn.Embedding(vocabulary, width, padding_idx=0).double()
    make = nn.GRU if cell == "gru" else nn.LSTM
    rnn = make(width, hidden, batch_first=True, bidirectional=both).double()
    parameters = {"embedding.weight": embedding.weight}
    parameters |= {f"rnn.{n}": p for n, p in rnn.named_parameters()}
    with torch.no_grad():
        for n, p in parameters.items():
            values = stream(f"{name}.{n}", p.numel()) * np.float32(0.5)
            p.copy_(torch.from_numpy(values.reshape(p.shape)))
        embedding.weight[0] = 0
    ids, lengths = texts(name, batch, words, vocabulary)
    packed = nn.utils.rnn.pack_padded_sequence(
        embedding(torch.from_numpy(ids)), torch.from_numpy(lengths), batch_first=True,
        enforce_sorted=False,
    )
    _, last = rnn(packed)
    last = last if cell == "gru" else last[0]
    y = torch.cat(list(last), 1)
    dy = torch.from_numpy(stream(f"{name}/dy", y.numel()).reshape(y.shape)).double()
    (y * dy).sum().backward()
    found = {"y": y} | {f"gradient/{name}.{n}": p.grad for n, p in parameters.items()}
    assert not embedding.weight.grad[0].any()
    return {
        "name": name, "cell": cell, "bidirectional": both, "batch": batch, "words": words,
        "vocabulary": vocabulary, "embedding": width, "hidden": hidden,
        "lengths": lengths.tolist(),
        "tensors": {n: summary(n, t) for n, t in found.items()},
    }


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(__file__), "..", "NetworksTests", "Fixtures")
    with open(os.path.join(folder, "text.json"), "w") as file:
        json.dump({"torch": torch.__version__, "cases": [case(*c) for c in CASES]}, file, indent=1)
        file.write("\n")
