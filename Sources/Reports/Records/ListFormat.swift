/// The formats of lists and single runs, by the names that the command line uses.
public enum ListFormat: String, CaseIterable, Sendable {
  case table, markdown, csv, json
}
