// Greedy completion of texts by llama.cpp: node complete.mjs MODEL.gguf THREADS COUNT TEXT...
// Prints for each text its ids, begin token included, and those of COUNT tokens after it.
import {getLlama} from "node-llama-cpp";

const [file, threads, count, ...texts] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: Number(threads)});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({contextSize: 1024, sequences: texts.length, threads: Number(threads)});
const results = [];
for (const text of texts) {
    const begin = model.tokens.shouldPrependBosToken ? [model.tokens.bos] : [];
    const prompt = [...begin, ...model.tokenize(text, true)];
    const answer = [];
    for await (const token of context.getSequence().evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
        answer.push(token);
        if (answer.length === Number(count)) {
            break;
        }
    }
    results.push({prompt, answer});
}
console.log(JSON.stringify(results));
process.exit(0);
