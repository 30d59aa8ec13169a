import { z } from 'zod';
import { defineAction } from './define.ts';

export const scaleWorkload = defineAction({
  summary: 'Gives a workload more replicas.',
  parameters: z.object({ replicas: z.int().min(1).max(500).describe('Replicas that it asks for.') }),
  inWords: ({ replicas }) => `${replicas} replica${replicas === 1 ? '' : 's'}`,
});
