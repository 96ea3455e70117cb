"""The original beside AcceleratorBenchmark: Transformers and PEFT at a model folder's geometry, with random weights.

    python3 baseline.py FOLDER [checkpointing] [retaining] [decoding]

Needs torch, transformers and peft. Same rows, batch, adapter and optimizer as the benchmark's.
"""
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

TOKENS, STEPS, WARM_UP, PROMPT, DECODED = 2048, 8, 3, 512, 64
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def load(folder):
    config = AutoConfig.from_pretrained(folder)
    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa")
    return get_peft_model(model, LoraConfig(r=16, lora_alpha=16, target_modules=TARGETS, task_type="CAUSAL_LM"))


def train(model, checkpointing):
    if checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    else:
        model.gradient_checkpointing_disable()
    model.config.use_cache = False
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=2e-4, weight_decay=0.01, fused=True)
    torch.cuda.reset_peak_memory_stats()
    started = 0.0
    for step in range(STEPS):
        if step == WARM_UP:
            torch.cuda.synchronize()
            started = time.time()
        rows = torch.randint(0, model.config.vocab_size, (2, TOKENS), device="cuda")
        with torch.autocast("cuda", torch.bfloat16):
            loss = model(input_ids=rows, labels=rows).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    torch.cuda.synchronize()
    speed = 2 * TOKENS * (STEPS - WARM_UP) / (time.time() - started)
    peak = torch.cuda.max_memory_allocated() / 2**20
    print(f"training, checkpointing {'on' if checkpointing else 'off'}: {speed:.0f} tokens/s, "
          f"{peak:.0f} MiB allocated at most")


def decode(model):
    model.eval()
    model.config.use_cache = True
    prompt = torch.randint(0, model.config.vocab_size, (1, PROMPT), device="cuda")

    def seconds(count):
        torch.cuda.synchronize()
        started = time.time()
        with torch.no_grad(), torch.autocast("cuda", torch.bfloat16):
            model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), min_new_tokens=count,
                           max_new_tokens=count, do_sample=False, pad_token_id=0)
        torch.cuda.synchronize()
        return time.time() - started

    seconds(8)
    first = seconds(1)
    print(f"decoding 1 with an adapter: {(DECODED - 1) / (seconds(DECODED) - first):.1f} tokens/s")


if __name__ == "__main__":
    lora = load(sys.argv[1])
    for mode in sys.argv[2:]:
        if mode == "decoding":
            decode(lora)
        else:
            train(lora, mode == "checkpointing")
