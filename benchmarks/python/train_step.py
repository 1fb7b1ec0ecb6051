"""A step of training of the transformer that packages/model defines: forward, backward, Adam."""

import torch
import torch.nn.functional as F


def rotate_halves(x, cos, sin):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def train_step(inputs, sizes):
    """Parameters, tokens [batch, length], labels [batch], cos and sin [length, dim / heads / 2] → a call that gives the loss."""
    fixed = ("tokens", "labels", "cos", "sin")
    tokens, labels, cos, sin = (inputs[name] for name in fixed)
    tokens, labels = tokens.long(), labels.long()
    own = {name: x.clone().requires_grad_() for name, x in inputs.items() if name not in fixed}
    optimizer = torch.optim.Adam(own.values(), lr=sizes["learningRate"], eps=1e-7)
    heads = sizes["heads"]

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], own[f"{name}.gain"], own[f"{name}.bias"], 1e-5)

    def forward():
        x = F.embedding(tokens, own["embedding"])
        for i in range(sizes["blocks"]):
            block = f"blocks.{i}."

            def project(y, weight):
                return (y @ own[f"{block}attention.{weight}"]).unflatten(-1, (heads, -1)).transpose(1, 2)

            y = norm(x, f"{block}attention.norm")
            q, k, v = (project(y, weight) for weight in ("query", "key", "value"))
            mixed = F.scaled_dot_product_attention(rotate_halves(q, cos, sin), rotate_halves(k, cos, sin), v)
            x = x + mixed.transpose(1, 2).flatten(2) @ own[f"{block}attention.output"]
            y = norm(x, f"{block}mlp.norm")
            hidden = torch.relu(y @ own[f"{block}mlp.up.weight"] + own[f"{block}mlp.up.bias"])
            x = x + hidden @ own[f"{block}mlp.down.weight"] + own[f"{block}mlp.down.bias"]
        return norm(x, "norm").mean(-2) @ own["head.weight"] + own["head.bias"]

    def step():
        with torch.enable_grad():
            loss = F.cross_entropy(forward(), labels)
            loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return (loss.detach(),)

    return step
