/**
 * Ollama, the real server, for models that a test brings itself: nothing is pulled from anywhere.
 *
 * One thread a model, as more of them wait for each other on a busy machine. All its data is in the workspace.
 */
import { createHash } from 'node:crypto';
import { getBinaries } from '../components/binaries.ts';
import { startOnFreePorts } from '../workspace/daemon.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface OllamaServer {
  readonly url: string;
  /** @param gguf the model's file @param tools whether its template takes tools */
  createModel(name: string, gguf: Buffer, options?: { readonly tools?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

const MESSAGES =
  '{{ range .Messages }}{{ .Role }}: {{ .Content }}{{ range .ToolCalls }}{{ .Function.Name }} {{ .Function.Arguments }}{{ end }}\n{{ end }}assistant: ';
const WITH_TOOLS = `{{ if .Tools }}tools: {{ .Tools }}\n{{ end }}${MESSAGES}`;

export async function startOllama(workspace: Workspace): Promise<OllamaServer> {
  const { ollama } = await getBinaries(['ollama'], workspace.log);
  const folder = workspace.folder('ollama');
  const { daemon, ports } = await startOnFreePorts<[number]>(workspace, 1, ([port]) => {
    const url = `http://${workspace.hostAddress}:${port}`;
    return {
      name: 'ollama',
      command: ollama.binary,
      args: ['serve'],
      origin: ollama.origin,
      url,
      health: { kind: 'http', url: `${url}/api/version` },
      env: { HOME: folder, OLLAMA_HOST: `${workspace.hostAddress}:${port}`, OLLAMA_MODELS: `${folder}/models`, OLLAMA_NUM_PARALLEL: '1' },
    };
  });
  const url = `http://${workspace.hostAddress}:${ports[0]}`;
  return {
    url,
    async createModel(name, gguf, { tools = false } = {}) {
      const digest = `sha256:${createHash('sha256').update(gguf).digest('hex')}`;
      await send(`${url}/api/blobs/${digest}`, new Uint8Array(gguf));
      const template = tools ? WITH_TOOLS : MESSAGES;
      const body = { model: name, files: { [`${name}.gguf`]: digest }, template, parameters: { num_thread: 1 }, stream: false };
      await send(`${url}/api/create`, JSON.stringify(body));
    },
    stop: () => daemon.stop(),
  };
}

async function send(url: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(60_000) });
  const text = await answer.text();
  if (!answer.ok || text.includes('"error"')) throw new Error(`POST ${url}: ${answer.status} ${text.slice(0, 500)}`);
}
