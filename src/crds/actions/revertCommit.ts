import { z } from 'zod';
import { commitId } from '../common.ts';
import { defineAction } from './define.ts';

export const revertCommit = defineAction({
  summary: 'Takes one commit back, within the path that the GitOps owner of the workload renders.',
  parameters: z.object({ commit: commitId().describe('The commit whose change to the owner’s path is taken back.') }),
  inWords: ({ commit }) => `commit ${commit.slice(0, 12)}`,
});
