import { z } from 'zod';
import { defineAction, reviewAfterSeconds } from './define.ts';

export const suspendSync = defineAction({
  summary:
    'Suspends what applies a workload (a Flux Kustomization or HelmRelease, an Argo CD Application), so that it stops changing what runs.',
  parameters: z.object({ reviewAfterSeconds: reviewAfterSeconds() }),
  inWords: ({ reviewAfterSeconds: seconds }) => `to be looked at again after ${Math.round(seconds / 60)} minutes`,
});
