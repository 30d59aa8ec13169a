/** Repositories and the renderer, from the configuration. The credential decides whether a process can push. */
import { join } from 'node:path';
import { createChartSource } from '../gitops/flux/artifact.ts';
import { createRepositories, type Repositories } from '../gitops/git/repositories.ts';
import { createRenderer, type Renderer } from '../gitops/render.ts';
import type { Parts } from './parts.ts';

export interface Git {
  readonly repositories: Repositories;
  readonly renderer: Renderer;
}

export function createGit(parts: Parts): Git {
  const { git, tools } = parts.config;
  const { clock, gitCacheDir } = parts;
  return {
    repositories: mirrorsIn(parts, gitCacheDir, 'asNeeded'),
    renderer: createRenderer({ kubectl: tools.kubectl, helm: tools.helm, charts: createChartSource({ hosts: git.allowHttpHosts }), clock }),
  };
}

/** Whole ones, for what looks through many versions of a file, as `git blame` does. */
export function createSourceRepositories(parts: Parts): Repositories {
  return mirrorsIn(parts, join(parts.gitCacheDir, 'source'), 'all');
}

function mirrorsIn({ config, clock, logger }: Parts, dir: string, blobs: 'all' | 'asNeeded'): Repositories {
  const { git, tools } = config;
  return createRepositories({
    dir,
    blobs,
    credentials: git.credentials,
    httpHosts: git.allowHttpHosts,
    binary: tools.git,
    clock,
    logger,
  });
}
