/** What large graphs are made of. Every one is a random forest trained on it. */
export type GraphKind = 'features' | 'polygons' | 'mapped' | 'chains' | 'trees';

/** A graph of about so many bytes of JSON, as an official client writes it. */
export function toGraph(kind: GraphKind, bytes: number): object {
  if (kind === 'trees') return toTrees(bytes);
  const make = MAKERS[kind];
  const some = Array.from({ length: SAMPLE }, (_, index) => make(index * 97));
  const one = JSON.stringify(some).length / SAMPLE;
  const parts = Array.from({ length: Math.max(1, Math.round((bytes - 500) / one)) }, (_, index) => make(index));
  const features = invoke('Collection', { features: { arrayValue: { values: parts } } });
  const bands = { constantValue: ['B2', 'B3', 'B4', 'B8'] };
  const train = { classifier: FOREST, features, classProperty: { constantValue: 'class' }, inputProperties: bands };
  return { result: '0', values: { '0': invoke('Classifier.train', train), ...DEFINITIONS } };
}

/** So many parts tell how long one is. */
const SAMPLE = 50;

const FOREST = invoke('Classifier.smileRandomForest', { numberOfTrees: { constantValue: 50 } });

/** The function that the mapped graph calls. */
const DEFINITIONS = {
  '1': { functionDefinitionValue: { argumentNames: ['_MAPPING_VAR_0_0'], body: '2' } },
  '2': invoke('Element.set', {
    object: { argumentReference: '_MAPPING_VAR_0_0' },
    key: { constantValue: 'seen' },
    value: { constantValue: 1 },
  }),
};

const MAKERS: Record<Exclude<GraphKind, 'trees'>, (index: number) => object> = {
  features: toFeature,
  polygons: (index) =>
    invoke('Feature', { geometry: toPolygon(index), metadata: { constantValue: { class: index % 8 } } }),
  mapped: (index) => invoke('Collection.map', { baseAlgorithm: { valueReference: '1' }, collection: toTable(index) }),
  chains: toChain,
};

function toFeature(index: number): object {
  const geometry = invoke('GeometryConstructors.Point', { coordinates: { constantValue: toPoint(index, 0) } });
  const metadata = { class: index % 8, B2: index % 251, B3: index % 241, B4: index % 239, B8: (index * 37) % 2999 };
  return invoke('Feature', { geometry, metadata: { constantValue: metadata } });
}

function toPolygon(index: number): object {
  const ring = Array.from({ length: 40 }, (_, corner) => toPoint(index, corner));
  return invoke('GeometryConstructors.Polygon', {
    coordinates: { constantValue: [ring] },
    evenOdd: { constantValue: true },
  });
}

function toPoint(index: number, corner: number): number[] {
  return [toDegrees(index * 7919 + corner * 104_729, 180), toDegrees(index * 6101 + corner * 99_991, 90)];
}

function toDegrees(seed: number, most: number): number {
  return Math.round((((seed * 2_654_435_761) % 4_294_967_296) / 4_294_967_296 - 0.5) * 2 * most * 1e6) / 1e6;
}

function toTable(index: number): object {
  return invoke('Collection.loadTable', { tableId: { constantValue: `projects/my-project/assets/table${index}` } });
}

/** Filters, one within the other. */
function toChain(index: number): object {
  let collection = toTable(index);
  for (let depth = 0; depth < 20; depth += 1) {
    const filter = invoke('Filter.equals', {
      leftField: { constantValue: `field${depth}` },
      rightValue: { constantValue: index },
    });
    collection = invoke('Collection.filter', { collection, filter });
  }
  return collection;
}

/** An ensemble whose trees are texts in R's form. */
function toTrees(bytes: number): object {
  const tree = ['1) root 9999 9999 0', ...toBranch(2), ...toBranch(3)].join('\n');
  const one = invoke('Classifier.decisionTreeEnsemble', { treeStrings: { constantValue: [''] } });
  const count = Math.max(1, Math.round((bytes - JSON.stringify(one).length) / JSON.stringify(tree).length));
  const treeStrings = { constantValue: Array.from({ length: count }, () => tree) };
  return { result: '0', values: { '0': invoke('Classifier.decisionTreeEnsemble', { treeStrings }) } };
}

/** A node and what is below it, as R prints them: left before right, to seven levels. */
function toBranch(node: number): string[] {
  const parent = Math.floor(node / 2);
  const split = `B${2 + (parent % 7)} ${node % 2 === 0 ? '<=' : '>'} ${(parent * 3.7).toFixed(4)}`;
  const isLeaf = node >= 128;
  const line = `${node}) ${split} 9999 ${node}.25 ${node % 8}${isLeaf ? ' *' : ''}`;
  return isLeaf ? [line] : [line, ...toBranch(node * 2), ...toBranch(node * 2 + 1)];
}

function invoke(functionName: string, args: object): object {
  return { functionInvocationValue: { functionName, arguments: args } };
}
