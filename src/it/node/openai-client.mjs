// What a program with OpenAI's own client sees of /medtune/v1. Prints one JSON object; the Java test judges it.
// Arguments: the folder in which the client is installed, the address of /v1, and a token.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, baseURL, apiKey] = process.argv.slice(2);
const require = createRequire(pathToFileURL(folder + '/'));
const { OpenAI } = require('openai');
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const question = [{ role: 'user', content: '高血压患者头痛三天应如何处理？' }];
const plain = { model: 'base', messages: question, max_tokens: 48, temperature: 0 };

async function whole(parameters) {
  const completion = await client.chat.completions.create({ ...plain, ...parameters });
  const choice = completion.choices[0];
  return {
    object: completion.object, model: completion.model, choices: completion.choices.length,
    role: choice.message.role, content: choice.message.content, reasoning: choice.message.reasoning_content ?? '',
    finish: choice.finish_reason, usage: completion.usage,
  };
}

async function streamed(parameters) {
  const stream = await client.chat.completions.create({ ...plain, ...parameters, stream: true });
  const result = { objects: [], pieces: 0, content: '', reasoning: '', finish: [], usage: null, role: null };
  for await (const chunk of stream) {
    if (!result.objects.includes(chunk.object)) result.objects.push(chunk.object);
    if (chunk.usage) result.usage = chunk.usage;
    for (const choice of chunk.choices) {
      result.pieces += 1;
      result.role ??= choice.delta.role;
      result.content += choice.delta.content ?? '';
      result.reasoning += choice.delta.reasoning_content ?? '';
      if (choice.finish_reason) result.finish.push(choice.finish_reason);
    }
  }
  return result;
}

async function error(parameters) {
  try {
    await client.chat.completions.create({ ...plain, ...parameters });
    return null;
  } catch (e) {
    return { class: e.constructor.name, status: e.status, type: e.type, param: e.param, code: e.code,
      message: e.error?.message };
  }
}

const result = {};
result.models = [];
for await (const model of client.models.list()) result.models.push(model.id);
result.model = (await client.models.retrieve('base')).id;
result.whole = await whole({});
result.streamed = await streamed({ stream_options: { include_usage: true } });
result.withoutUsage = (await streamed({})).usage;
result.seeded = [await whole({ temperature: 0.8, seed: 5, top_p: 0.95 }),
  await whole({ temperature: 0.8, seed: 5, top_p: 0.95 }), await whole({ temperature: 0.8, seed: 6, top_p: 0.95 })];
const middle = result.whole.reasoning.length >> 1;
result.stop = result.whole.reasoning.slice(middle, middle + 2);
result.stopped = await whole({ stop: result.stop });
result.stoppedByList = await whole({ stop: ['no such text', result.stop], unknown_field: { ignored: true } });
result.errors = {
  model: await error({ model: 'no-such-model' }),
  temperature: await error({ temperature: 2.5 }),
  n: await error({ n: 2 }),
  messages: await error({ messages: [] }),
  role: await error({ messages: [{ role: 'tool', content: 'x' }] }),
  stop: await error({ stop: 5 }),
  tokens: await error({ max_tokens: 0 }),
};
// 32 clients, greedy and drawn, whole and in pieces; then each of them alone
const many = (number) => ({
  messages: [{ role: 'user', content: question[0].content.repeat(1 + number % 5) + number }],
  max_tokens: 12 + number, user: 'user' + number % 4,
  ...(number % 2 ? { temperature: 0.9, seed: number } : {}),
});
const ask = async (number) => {
  const answer = number % 3 ? await whole(many(number)) : await streamed(many(number));
  return answer.reasoning + '|' + answer.content;
};
const numbers = [...Array(32).keys()];
result.together = await Promise.all(numbers.map(ask));
result.alone = [];
for (const number of numbers) result.alone.push(await ask(number));
// a client that goes away
const controller = new AbortController();
const left = await client.chat.completions.create(
  { ...plain, max_tokens: 1800, stream: true }, { signal: controller.signal });
for await (const chunk of left) {
  result.left = chunk.id;
  controller.abort();
}
console.log(JSON.stringify(result));
