/** Repositories and the renderer, from the configuration. The credential decides whether a process can push. */
import { createChartSource } from '../gitops/flux/artifact.ts';
import { createRepositories, type Repositories } from '../gitops/git/repositories.ts';
import { createRenderer, type Renderer } from '../gitops/render.ts';
import type { Parts } from './parts.ts';

export interface Git {
  readonly repositories: Repositories;
  readonly renderer: Renderer;
}

export function createGit({ config, clock, logger, gitCacheDir }: Parts): Git {
  const { git, tools } = config;
  return {
    repositories: createRepositories({
      dir: gitCacheDir,
      credentials: git.credentials,
      httpHosts: git.allowHttpHosts,
      binary: tools.git,
      clock,
      logger,
    }),
    renderer: createRenderer({ kubectl: tools.kubectl, helm: tools.helm, charts: createChartSource({ hosts: git.allowHttpHosts }), clock }),
  };
}
