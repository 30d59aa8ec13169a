import { z } from 'zod';
import { commitId } from '../common.ts';
import { configKey, defineAction } from './define.ts';

export const setConfigValue = defineAction({
  summary: 'Sets a key of a ConfigMap to the value that it had before a commit.',
  parameters: z.object({
    key: configKey().describe('Key whose value is set.'),
    beforeCommit: commitId().describe('Commit before which the key had the value that is taken.'),
  }),
  inWords: ({ key, beforeCommit }) => `${key} as before commit ${beforeCommit.slice(0, 12)}`,
});
