import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs';
import { Badge } from './status.tsx';
import './segmented.css';

export interface TabOf<V extends string> {
  readonly id: V;
  readonly words: string;
  readonly count?: string | undefined;
  panel(): React.ReactNode;
}

/** Views of one thing. Only the panel that is open is drawn. */
export function Tabs<V extends string>({ label, value, tabs, end, onChange }: { readonly label: string; readonly value: V; readonly tabs: readonly TabOf<V>[]; readonly end?: React.ReactNode; onChange(value: V): void }): React.ReactNode {
  return (
    <AriaTabs className="tabs" selectedKey={value} onSelectionChange={(chosen) => onChange(String(chosen) as V)}>
      <div className="tabs-head">
        <TabList className="tabs-list" aria-label={label}>
          {tabs.map((tab) => (
            <Tab key={tab.id} id={tab.id} className="tab">
              {tab.words}
              {tab.count === undefined ? null : <Badge>{tab.count}</Badge>}
            </Tab>
          ))}
        </TabList>
        {end === undefined ? null : (
          <>
            <span className="grow" />
            {end}
          </>
        )}
      </div>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className="tabs-panel">
          {tab.panel()}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
