/** The real Ollama server with models of random weights, with and without tools: what they say is nonsense in perfect form. */
import { tinyModel } from '../cluster/addons/gguf.ts';
import { type OllamaServer, startOllama } from '../cluster/addons/ollama.ts';
import { openWorkspace } from '../cluster/workspace/workspace.ts';

/** For the server to be built where it is not in the cache. */
export const BUILD_MS = 1_800_000;

export interface NonsenseModels {
  /** Has `nonsense` and `nonsense-with-tools`. */
  readonly ollama: OllamaServer;
  readonly stop: () => Promise<void>;
}

export async function startNonsenseModels(description: string): Promise<NonsenseModels> {
  const workspace = await openWorkspace({ description, log: (line) => process.stderr.write(`${line}\n`) });
  try {
    const ollama = await startOllama(workspace);
    const gguf = tinyModel();
    await ollama.createModel('nonsense', gguf);
    await ollama.createModel('nonsense-with-tools', gguf, { tools: true });
    return { ollama, stop: () => workspace.stop() };
  } catch (error) {
    await workspace.stop();
    throw error;
  }
}
