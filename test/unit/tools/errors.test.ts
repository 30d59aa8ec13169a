import { expect, test } from 'vitest';
import { z } from 'zod';
import { ToolError } from '../../../src/tools/errors.ts';
import { defineTool } from '../../../src/tools/tool.ts';

const tool = defineTool({
  name: 'look',
  title: 'Look',
  description: 'Looks.',
  effect: 'reads',
  core: false,
  input: z.object({ name: z.string(), limit: z.int().min(1).optional(), labels: z.record(z.string(), z.string()).optional() }),
  output: z.object({}),
  run: async () => ({ text: '', data: {} }),
});
const call = { caller: { username: 'alice', may: async () => true }, signal: new AbortController().signal };

test.each([
  ['what is missing', {}, 'name: is missing; give a string'],
  ['nothing at all', undefined, 'name: is missing; give a string'],
  ['what is of another type', { name: 7 }, 'name: is to be a string'],
  ['what is within', { name: 'x', labels: { app: 1 } }, 'labels.app: is to be a string'],
  ['each of several', { limit: 'many' }, 'name: is missing; give a string; limit: is to be a number'],
  ['no object', 'x', 'is to be an object'],
])('a wrong input says in plain words %s', async (_name, input, message) => {
  const error = await tool.run(input, call).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({ reason: 'Invalid', message });
});
