import { z } from 'zod';
import { rules } from '../rules.ts';
import { defineAction, listed } from './define.ts';

const replicas = () => z.int().min(1).max(1000).optional();

export const adjustAutoscaler = defineAction({
  summary: 'Raises the bounds between which a HorizontalPodAutoscaler scales.',
  parameters: z.object({ minReplicas: replicas().describe('Fewest replicas.'), maxReplicas: replicas().describe('Most replicas.') }).meta(
    rules(
      { rule: 'has(self.minReplicas) || has(self.maxReplicas)', message: 'AdjustAutoscaler has to set minReplicas or maxReplicas' },
      {
        rule: '!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas',
        message: 'minReplicas is more than maxReplicas',
        fieldPath: '.minReplicas',
      },
    ),
  ),
  inWords: ({ minReplicas, maxReplicas }) =>
    listed(minReplicas !== undefined && `at least ${minReplicas}`, maxReplicas !== undefined && `at most ${maxReplicas}`),
});
