import Files

extension CatalogueDraft {
  /// Reads lists of paths and classes, one file for each part. Ids are the paths; of a path that
  /// stands twice in a file the first line counts.
  mutating func readLists(_ format: ListFormat, root: String) throws(DatasetError) {
    let names = try classNames(of: format, root: root)
    let files: [(file: String?, key: String, split: SplitName)] = [
      (format.train, "train_list", .train), (format.validation, "validation_list", .validation),
      (format.test, "test_list", .test),
    ]
    var owners: [String: SplitName] = [:]
    for (file, key, split) in files {
      guard let file else { continue }
      let table = try Self.listTable(
        path: try existingFile(file, for: "dataset.\(key)", under: root),
        encoding: format.encoding, names: names)
      try Self.refuseSharedPaths(table, of: split, &owners)
      try readRows(
        of: table, TableRoles(ofList: table, imagePattern: format.imagePattern), root: root,
        split: split)
    }
  }

  /// A file's lines as a table of two columns, `path` and `label`.
  private static func listTable(
    path: String, encoding: TextEncoding?, names: [String]?
  ) throws(DatasetError) -> CSVTable {
    let bytes = try asDatasetError { () throws(FileError) in
      try Gzip.decompress(path: path, limit: CSVTable.sizeLimit)
    }
    let text = try TextDecoding(bytes, declared: encoding, path: path)
    var rows: [CSVTable.Row] = []
    let lines = String(decoding: text.bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, content) in lines.enumerated() {
      let line = String(content).trimmingBlanks()
      if line.isEmpty { continue }
      guard let blank = line.lastIndex(where: { $0 == " " || $0 == "\t" }) else {
        throw notTwoParts(line, at: "\(path):\(index + 1)")
      }
      let label = String(line[line.index(after: blank)...])
      rows.append(
        CSVTable.Row(
          line: index + 1,
          cells: [
            String(line[..<blank]).trimmingBlanks(),
            try name(of: label, in: names, at: "\(path):\(index + 1)"),
          ]))
    }
    return CSVTable(path: path, columns: ["path", "label"], rows: rows, notes: text.notes)
  }

  private static func notTwoParts(_ line: String, at place: String) -> DatasetError {
    let separator = CSVTable.separators.first { line.contains($0.character) }
    return DatasetError(
      .malformedTable, at: place,
      "received '\(line.prefix(80))', expected a path, a blank and a class",
      advice: separator.map {
        "for a table use format csv, with separator: \($0.name) and, without a header line,"
          + " columns: [path, label]"
      } ?? "for ids or paths without classes use format csv or folder and split.test.lists")
  }

  private static func name(
    of label: String, in names: [String]?, at place: String
  ) throws(DatasetError) -> String {
    guard let names else { return label }
    guard let number = Int(label), names.indices.contains(number) else {
      throw DatasetError(
        .badLabels, at: place,
        "received class '\(label)', expected a number from 0 to \(names.count - 1)",
        advice: "correct the line, or dataset.class_names")
    }
    return names[number]
  }

  private static func refuseSharedPaths(
    _ table: CSVTable, of split: SplitName, _ owners: inout [String: SplitName]
  ) throws(DatasetError) {
    var shared: [CSVTable.Row] = []
    for row in table.rows {
      if let other = owners[row.cells[0]], other != split { shared.append(row) }
      owners[row.cells[0]] = split
    }
    guard let first = shared.first else { return }
    throw DatasetError(
      .badLabels, at: "\(table.path):\(first.line)",
      "\(Wording.count(shared.count, "path")) of this \(split.rawValue) list stand in another list"
        + " too: \(Wording.list(shared.map { $0.cells[0] }, limit: 3))",
      advice: "list every image once; an image in two parts makes the comparison worthless")
  }

  private mutating func classNames(
    of format: ListFormat, root: String
  ) throws(DatasetError) -> [String]? {
    var names = format.classNames
    var place = "dataset.class_names"
    if let file = format.classNamesFile {
      place = try existingFile(file, for: "dataset.class_names", under: root)
      let path = place
      let bytes = try asDatasetError { () throws(FileError) in
        try Gzip.decompress(path: path, limit: 1 << 26)
      }
      let text = try TextDecoding(bytes, declared: format.encoding, path: path)
      names = String(decoding: text.bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { String($0).trimmingBlanks() }.filter { !$0.isEmpty }
    }
    guard let names else { return nil }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw DatasetError(
        .badLabels, at: place, names.isEmpty ? "it names no class" : "a name stands there twice",
        advice: "give every class a name of its own, one a line, from class 0 on")
    }
    return names
  }
}
