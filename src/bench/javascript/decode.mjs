// The speed of llama.cpp: node decode.mjs MODEL.gguf THREADS PROMPT COUNT
// Prints the tokens a second of COUNT tokens after a prompt of PROMPT tokens, its own time not counted, best of five.
import {getLlama} from "node-llama-cpp";

const [file, threads, length, count] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: Number(threads)});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({contextSize: 1024, threads: Number(threads)});
const sequence = context.getSequence();
const prompt = Array.from({length: Number(length)}, (_, i) => 300 + (i * 7919) % 7000);
let best = 0;
for (let round = 0; round < 5; round++) {
    await sequence.clearHistory();
    let answered = 0;
    let started = 0;
    for await (const token of sequence.evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
        started ||= performance.now();
        if (++answered > Number(count)) {
            break;
        }
    }
    best = Math.max(best, (answered - 1) / (performance.now() - started) * 1000);
}
console.log(best.toFixed(1));
process.exit(0);
