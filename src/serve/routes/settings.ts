import { wrongState } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import { checkSetting, readSettings, SETTINGS, settingOf } from '../settings.ts';
import { SettingChange, SettingList } from '../wire.ts';

/** Settings of the whole service. */
export function settingRoutes(app: App, { store }: Serving): void {
  const list = async (): Promise<SettingList> => {
    const values = await readSettings(store);
    return {
      settings: SETTINGS.map(({ choices, ...spec }) => ({
        ...spec,
        ...values.get(spec.name)!,
        ...(choices ? { choices: [...choices] } : {}),
      })),
    };
  };

  app.get('/api/settings', { schema: { response: { 200: SettingList } } }, list);

  app.put(
    '/api/settings',
    { schema: { body: SettingChange, response: { 200: SettingList } } },
    async (request) => {
      const { name, version, value } = request.body;
      const checked = checkSetting(settingOf(name), value);
      const actor = actorOf(request);
      const known = await store.settings.get(name);
      if (known) await store.settings.change(name, version, { value: checked }, actor);
      else if (version === 0) await store.settings.add({ id: name, value: checked }, actor);
      else throw wrongState(`setting ${name}`, `version ${version}`, 'version 0');
      return list();
    },
  );
}
