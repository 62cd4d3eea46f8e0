import type { Store } from '../store/index.ts';

/** Names of the users with these ids; an id that is none stands for itself. */
export async function namesOf(store: Store, ids: Iterable<string>): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)];
  const names = new Map(wanted.map((id) => [id, id]));
  for (let i = 0; i < wanted.length; i += 500) {
    const value = wanted.slice(i, i + 500);
    const { rows } = await store.users.page({
      where: [{ field: 'id', is: 'one of', value }],
      limit: 500,
    });
    for (const { id, name } of rows) names.set(id, name);
  }
  return names;
}
