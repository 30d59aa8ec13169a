import { z } from 'zod';
import { defineAction } from './define.ts';

export const expandVolume = defineAction({
  summary: 'Makes a persistent volume larger, in Git where its claim is applied from there.',
  parameters: z.object({ mebibytes: z.int().min(1).max(67_108_864).describe('Size that the claim asks for, in MiB.') }),
  inWords: ({ mebibytes }) => `to ${mebibytes}Mi`,
});
