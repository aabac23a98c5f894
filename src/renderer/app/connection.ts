import { createContext, useContext } from 'react';
import type { Connection } from '../host/index.ts';

/** How the page stands with the engine. */
export const ConnectionContext = createContext<Connection>('connecting');
export const useConnection = (): Connection => useContext(ConnectionContext);
