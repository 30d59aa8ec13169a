import { z } from 'zod';
import { defineAction, reviewAfterSeconds } from './define.ts';

export const cordonNode = defineAction({
  summary: 'Lets no new pod be scheduled to a node; those that run there stay.',
  parameters: z.object({ reviewAfterSeconds: reviewAfterSeconds() }),
  inWords: ({ reviewAfterSeconds: seconds }) => `to be looked at again after ${Math.round(seconds / 60)} minutes`,
});
