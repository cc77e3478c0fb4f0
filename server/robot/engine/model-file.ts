import { createSearcher } from './neighbours.ts';
import type { NeighbourIndex } from './neighbours.ts';
import type { Model } from './model.ts';
import { restoreVocabulary } from './vocabulary.ts';

/** First bytes of a model file: "VDR" and the version of this layout. */
const MAGIC = 0x56445203;

type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array | Uint8Array;

const KINDS = {
  f4: Float32Array,
  f8: Float64Array,
  u4: Uint32Array,
  i4: Int32Array,
  u1: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;

interface Header {
  lang: Model['lang'];
  ids: string[];
  questions: string[];
  classCount: number;
  questionCount: number;
  linearFeatureCount: number | null;
  embeddings: { featureCount: number; dimension: number }[];
  thresholds: Model['thresholds'];
  curve: Model['curve'];
  blocks: { name: string; kind: Kind; length: number }[];
}

/**
 * Writes a model as bytes: magic, header length, a JSON header, then the number arrays, little-endian, each aligned to 8
 * bytes. Equal models give equal bytes.
 */
export function serializeModel(model: Model): Uint8Array {
  const { members } = model;
  const { index } = members.searcher;
  const exact = [...model.exact].sort((a, b) => a[0] - b[0]);
  const arrays: [string, Kind, Numbers][] = [
    ['risks', 'u1', model.risks],
    ['exactKeys', 'f8', Float64Array.from(exact, ([key]) => key)],
    ['exactLabels', 'i4', Int32Array.from(exact, ([, label]) => label)],
    ['mix', 'f8', model.mix],
    ['calibratorWeights', 'f8', model.calibrator.weights],
    ['calibratorMeans', 'f8', model.calibrator.means],
    ['calibratorDeviations', 'f8', model.calibrator.deviations],
    ['hashes', 'u4', members.vocabulary.hashes],
    ['idf', 'f4', members.vocabulary.idf],
    ['labels', 'i4', members.labels],
    ['indexStarts', 'u4', index.starts],
    ['indexQuestions', 'u4', index.questions],
    ['indexValues', 'f4', index.values],
  ];
  if (members.linear) arrays.push(['linear', 'f4', members.linear.weights]);
  for (const [n, embedding] of members.embeddings.entries()) {
    arrays.push([`embeddingInput${n}`, 'f4', embedding.input]);
    arrays.push([`embeddingOutput${n}`, 'f4', embedding.output]);
  }
  const header: Header = {
    lang: model.lang,
    ids: model.ids,
    questions: model.questions,
    classCount: members.classCount,
    questionCount: index.questionCount,
    linearFeatureCount: members.linear?.featureCount ?? null,
    embeddings: members.embeddings.map(({ featureCount, dimension }) => ({ featureCount, dimension })),
    thresholds: model.thresholds,
    curve: model.curve,
    blocks: arrays.map(([name, kind, numbers]) => ({ name, kind, length: numbers.length })),
  };
  return writeFile(
    new TextEncoder().encode(JSON.stringify(header)),
    arrays.map(([, , numbers]) => numbers),
  );
}

function align(position: number): number {
  return Math.ceil(position / 8) * 8;
}

function writeFile(header: Uint8Array, arrays: Numbers[]): Uint8Array {
  let size = align(8 + header.length);
  for (const numbers of arrays) size = align(size + numbers.byteLength);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, header.length);
  bytes.set(header, 8);
  let at = align(8 + header.length);
  for (const numbers of arrays) {
    bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
    at = align(at + numbers.byteLength);
  }
  return bytes;
}

/** Reads what `serializeModel` wrote. Throws an Error that names the fault for anything else or a shortened file. */
export function loadModel(bytes: Uint8Array): Model {
  // A copy that starts at a multiple of 8, so that the arrays can lie on it.
  const own = bytes.slice();
  const view = new DataView(own.buffer);
  if (own.length < 8 || view.getUint32(0) !== MAGIC)
    throw new Error('robot model: not a model of this version');
  const headerLength = view.getUint32(4);
  if (8 + headerLength > own.length) throw new Error('robot model: the file is cut short');
  const header = JSON.parse(new TextDecoder().decode(own.subarray(8, 8 + headerLength))) as Header;
  const arrays = new Map<string, Numbers>();
  let at = align(8 + headerLength);
  for (const { name, kind, length } of header.blocks) {
    const byteLength = length * KINDS[kind].BYTES_PER_ELEMENT;
    if (at + byteLength > own.length) throw new Error('robot model: the file is cut short');
    arrays.set(name, new KINDS[kind](own.buffer, at, length));
    at = align(at + byteLength);
  }
  return assemble(header, arrays);
}

function assemble(header: Header, arrays: Map<string, Numbers>): Model {
  const get = <T extends Numbers>(name: string): T => {
    const numbers = arrays.get(name);
    if (!numbers) throw new Error(`robot model: ${name} is missing`);
    return numbers as T;
  };
  const exactLabels = get<Int32Array>('exactLabels');
  const index: NeighbourIndex = {
    questionCount: header.questionCount,
    starts: get('indexStarts'),
    questions: get('indexQuestions'),
    values: get('indexValues'),
  };
  const { classCount } = header;
  return {
    lang: header.lang,
    ids: header.ids,
    risks: get('risks'),
    questions: header.questions,
    exact: new Map(Array.from(get<Float64Array>('exactKeys'), (key, i) => [key, exactLabels[i]!])),
    members: {
      classCount,
      vocabulary: restoreVocabulary(get('hashes'), get('idf')),
      ...(header.linearFeatureCount !== null && {
        linear: { classCount, featureCount: header.linearFeatureCount, weights: get<Float32Array>('linear') },
      }),
      embeddings: header.embeddings.map((shape, n) => ({
        classCount,
        ...shape,
        input: get<Float32Array>(`embeddingInput${n}`),
        output: get<Float32Array>(`embeddingOutput${n}`),
      })),
      searcher: createSearcher(index),
      labels: get('labels'),
    },
    mix: get('mix'),
    calibrator: {
      weights: get('calibratorWeights'),
      means: get('calibratorMeans'),
      deviations: get('calibratorDeviations'),
    },
    thresholds: header.thresholds,
    curve: header.curve,
  };
}
