/** The tools about Git. None writes to it. */
import type { Tool } from '../tool.ts';
import type { GitDeps } from './deps.ts';
import { gitCommitTool, gitPushTool } from './gitPropose.ts';
import { gitPullTool } from './gitPull.ts';
import { gitStatusTool } from './gitStatus.ts';

export const gitTools = (deps: GitDeps): readonly Tool[] => [
  gitStatusTool(deps),
  gitPullTool(deps),
  gitCommitTool(deps),
  gitPushTool(deps),
];
