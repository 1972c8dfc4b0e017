import { type Place, placeAt, toField } from '../faults/place.ts';
import { childNodes, type Expression, type ValueNode } from './expression.ts';

/** An asset that a graph reads, where its id is a constant. */
export interface AssetReference {
  id: string;
  /** Where the id stands, as a field of the request: `expression.values.0.….arguments.tableId`. */
  path: string;
}

/** The functions that load an asset, and the argument in which its id stands. */
const ID_ARGUMENTS: Readonly<Record<string, string>> = {
  'Collection.loadTable': 'tableId',
  'Image.load': 'id',
  'ImageCollection.load': 'id',
  'Classifier.load': 'id',
};

/** The argument by which the function `name` names the asset it loads; undefined when it loads none. */
export function idArgumentOf(name: string): string | undefined {
  return Object.hasOwn(ID_ARGUMENTS, name) ? ID_ARGUMENTS[name] : undefined;
}

/**
 * Every constant asset id in a valid graph, in its order, each time it is used: the same id may be there twice. Ids
 * that only the evaluation yields are not.
 */
export function assetReferences({ values }: Expression): AssetReference[] {
  const found: AssetReference[] = [];
  const todo: { node: ValueNode; place: Place }[] = [];
  const root = placeAt('values', placeAt('expression'));
  for (const key of Object.keys(values).reverse()) todo.push({ node: values[key] ?? {}, place: placeAt(key, root) });
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const reference = toReference(values, at.node, at.place);
    if (reference !== undefined) found.push(reference);
    for (const child of childNodes(at.node).reverse()) {
      todo.push({ node: child.node, place: child.keys.reduce<Place>((above, key) => placeAt(key, above), at.place) });
    }
  }
  return found;
}

function toReference(values: Expression['values'], node: ValueNode, place: Place): AssetReference | undefined {
  const call = node.functionInvocationValue;
  const argument = idArgumentOf(call?.functionName ?? '');
  const given = call?.arguments ?? {};
  if (argument === undefined || !Object.hasOwn(given, argument)) return undefined;
  let id = given[argument];
  // Clients never write a reference to a reference; ten are as good as a cycle.
  for (let hops = 0; id?.valueReference !== undefined && hops < 10; hops++) id = values[id.valueReference];
  if (typeof id?.constantValue !== 'string') return undefined;
  const keys = ['functionInvocationValue', 'arguments', argument];
  return {
    id: id.constantValue,
    path: toField(keys.reduce<Place>((above, key) => placeAt(key, above), place)),
  };
}
