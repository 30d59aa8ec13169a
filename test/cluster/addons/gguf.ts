/**
 * A tiny language model of random weights in a GGUF file (version 3, as ggml's docs/gguf.md has it): Llama's architecture, 2 layers,
 * 64 wide, a vocabulary of bytes; half a megabyte. It says nonsense, in any form that is asked of it, through a real server.
 *
 * The same seed gives the same bytes. Two things in it are not random, as a model that
 * never ends a string would never end: it prefers a list that has something in it, and within a string one letter to follow another.
 */

const WIDTH = 64;
const LAYERS = 2;
const HEADS = 4;
const FEED_FORWARD = 128;
const CONTEXT = 8192;
const ALIGNMENT = 32;
/** What it says in a string, over and over: each character is preferred after the one before it. */
const WORD = '"blorft"';
/** Preferred anywhere. */
const OPENING = '{';
/** How much is preferred; random logits are about 1. */
const PREFERENCE = 1.5;
/** What layers add to what they are given. */
const LAYER_SCALE = 0.2;

const TYPE = { uint32: 4, int32: 5, float32: 6, string: 8, array: 9 } as const;
const SPECIAL = ['<unk>', '<s>', '</s>'] as const;
const NORMAL_TOKEN = 1;
const UNKNOWN_TOKEN = 2;
const CONTROL_TOKEN = 3;
const BYTE_TOKEN = 6;

export function tinyModel(seed = 1): Buffer {
  const vocabulary = [
    ...SPECIAL,
    ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
    '▁',
  ];
  const metadata = metadataOf(vocabulary);
  const tensors = tensorsOf(vocabulary.length, seed);
  let offset = 0;
  const infos = tensors.map(({ name, shape, values }) => {
    const info = Buffer.concat([string(name), uint32(shape.length), ...shape.map(uint64), uint32(0), uint64(offset)]);
    offset += padded(values.byteLength);
    return info;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.length), ...metadata, ...infos]);
  const data = tensors.map(({ values }) => pad(Buffer.from(values.buffer, values.byteOffset, values.byteLength)));
  return Buffer.concat([pad(head), ...data]);
}

function metadataOf(vocabulary: readonly string[]): readonly Buffer[] {
  const isByte = (index: number): boolean => index >= SPECIAL.length && index < SPECIAL.length + 256;
  const kinds = vocabulary.map((_, index) =>
    isByte(index) ? BYTE_TOKEN : (([UNKNOWN_TOKEN, CONTROL_TOKEN, CONTROL_TOKEN] as const)[index] ?? NORMAL_TOKEN),
  );
  return [
    entry('general.architecture', TYPE.string, string('llama')),
    entry('general.name', TYPE.string, string('nonsense')),
    entry('general.file_type', TYPE.uint32, uint32(0)),
    entry('llama.context_length', TYPE.uint32, uint32(CONTEXT)),
    entry('llama.embedding_length', TYPE.uint32, uint32(WIDTH)),
    entry('llama.block_count', TYPE.uint32, uint32(LAYERS)),
    entry('llama.feed_forward_length', TYPE.uint32, uint32(FEED_FORWARD)),
    entry('llama.attention.head_count', TYPE.uint32, uint32(HEADS)),
    entry('llama.attention.head_count_kv', TYPE.uint32, uint32(HEADS)),
    entry('llama.attention.layer_norm_rms_epsilon', TYPE.float32, float32(1e-5)),
    entry('llama.rope.dimension_count', TYPE.uint32, uint32(WIDTH / HEADS)),
    entry('llama.vocab_size', TYPE.uint32, uint32(vocabulary.length)),
    entry('tokenizer.ggml.model', TYPE.string, string('llama')),
    entry('tokenizer.ggml.tokens', TYPE.array, array(TYPE.string, vocabulary.map(string))),
    entry(
      'tokenizer.ggml.scores',
      TYPE.array,
      array(
        TYPE.float32,
        vocabulary.map((_, index) => float32(-index)),
      ),
    ),
    entry('tokenizer.ggml.token_type', TYPE.array, array(TYPE.int32, kinds.map(uint32))),
    entry('tokenizer.ggml.unknown_token_id', TYPE.uint32, uint32(0)),
    entry('tokenizer.ggml.bos_token_id', TYPE.uint32, uint32(1)),
    entry('tokenizer.ggml.eos_token_id', TYPE.uint32, uint32(2)),
  ];
}

interface Tensor {
  readonly name: string;
  /** The dimension that lies together comes first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function tensorsOf(vocabularySize: number, seed: number): readonly Tensor[] {
  const random = randomNormal(seed);
  const matrix = (name: string, columns: number, rows: number, scale = 1): Tensor => {
    const values = Float32Array.from({ length: columns * rows }, () => (scale * random()) / Math.sqrt(columns));
    return { name, shape: [columns, rows], values };
  };
  const ones = (name: string): Tensor => ({ name, shape: [WIDTH], values: new Float32Array(WIDTH).fill(1) });
  const embedding = matrix('token_embd.weight', WIDTH, vocabularySize, 4);
  const output = matrix('output.weight', WIDTH, vocabularySize);
  // One direction is the same for all tokens: what is preferred anywhere is preferred along it.
  for (let token = 0; token < vocabularySize; token += 1) embedding.values[token * WIDTH] = 1;
  add(output, tokenOf(OPENING), 0, Float32Array.of(PREFERENCE));
  for (let at = 1; at < WORD.length; at += 1) {
    const before = tokenOf(WORD.charAt(at - 1));
    const direction = embedding.values.slice(before * WIDTH, (before + 1) * WIDTH).map((value) => (value * PREFERENCE) / 4);
    add(output, tokenOf(WORD.charAt(at)), 0, direction);
  }
  const layers = Array.from({ length: LAYERS }, (_, layer) => [
    ones(`blk.${layer}.attn_norm.weight`),
    matrix(`blk.${layer}.attn_q.weight`, WIDTH, WIDTH),
    matrix(`blk.${layer}.attn_k.weight`, WIDTH, WIDTH),
    matrix(`blk.${layer}.attn_v.weight`, WIDTH, WIDTH),
    matrix(`blk.${layer}.attn_output.weight`, WIDTH, WIDTH, LAYER_SCALE),
    ones(`blk.${layer}.ffn_norm.weight`),
    matrix(`blk.${layer}.ffn_gate.weight`, WIDTH, FEED_FORWARD),
    matrix(`blk.${layer}.ffn_up.weight`, WIDTH, FEED_FORWARD),
    matrix(`blk.${layer}.ffn_down.weight`, FEED_FORWARD, WIDTH, LAYER_SCALE),
  ]);
  return [embedding, ...layers.flat(), ones('output_norm.weight'), output];
}

const tokenOf = (character: string): number => SPECIAL.length + character.charCodeAt(0);

function add({ values }: Tensor, row: number, from: number, more: Float32Array): void {
  for (const [index, value] of more.entries()) {
    const at = row * WIDTH + from + index;
    values[at] = (values[at] ?? 0) + value;
  }
}

/** Normal numbers by Box and Muller, from the mulberry32 generator. */
function randomNormal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

const array = (type: number, items: readonly Buffer[]): Buffer => Buffer.concat([uint32(type), uint64(items.length), ...items]);
const entry = (key: string, type: number, value: Buffer): Buffer => Buffer.concat([string(key), uint32(type), value]);

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
