/** What the page shows at one address. */
export interface View {
  element: HTMLElement;
  /** For the browser's tab; may change with what was read. */
  title(): string;
  /** Reads and shows what there is now. Throws `ApiError`; what was shown stays then. */
  refresh(): Promise<void>;
  /** How long until it should be read again. */
  refreshMs(): number;
}
