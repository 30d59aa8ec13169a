/** Where the API server is and who we are to it: a kubeconfig, or the ServiceAccount of the pod. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

const DEFAULT_FILE = join(homedir(), '.kube', 'config');
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export interface KubeConfigOptions {
  /** One path, or several as in KUBECONFIG. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Throws what is wrong and what to do; nothing is connected to. */
export function loadKubeConfig({ kubeconfig, context }: KubeConfigOptions): KubeConfig {
  const config = new KubeConfig();
  const paths = kubeconfig?.split(delimiter).filter((path) => path !== '') ?? [];
  if (paths.length > 0) loadFiles(config, paths);
  else loadDefault(config);
  if (context !== undefined) use(config, context);
  if (config.getCurrentCluster() === null) {
    const names = config.getContexts().map(({ name }) => name);
    const what =
      names.length === 0
        ? 'has no context at all; name the file that kubectl uses'
        : `has no current context; name one of ${names.join(', ')} by --context, kubernetes.context or KUBE_CONTEXT`;
    throw new Error(`kubeconfig ${kubeconfig ?? DEFAULT_FILE} ${what}`);
  }
  return config;
}

function loadDefault(config: KubeConfig): void {
  if (existsSync(DEFAULT_FILE)) return loadFiles(config, [DEFAULT_FILE]);
  if (existsSync(SERVICE_ACCOUNT_TOKEN)) return config.loadFromCluster();
  throw new Error(`no cluster to talk to: there is no ${DEFAULT_FILE}, and this is no pod; set KUBECONFIG to the path of a kubeconfig`);
}

/** As kubectl merges them: the current context is the first file's. */
function loadFiles(config: KubeConfig, paths: readonly string[]): void {
  for (const [index, path] of paths.entries()) {
    try {
      const one = index === 0 ? config : new KubeConfig();
      one.loadFromFile(path);
      if (one !== config) config.mergeConfig(one, true);
    } catch (error) {
      throw new Error(`kubeconfig ${path} cannot be loaded: ${(error as Error).message}`, { cause: error });
    }
  }
}

function use(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) throw new Error(`context ${context} is not in the kubeconfig; it has ${names.join(', ') || 'none'}`);
  config.setCurrentContext(context);
}
