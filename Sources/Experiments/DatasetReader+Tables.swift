import Datasets

/// How tables and lists are written, and how labels become classes.
extension DatasetReader {
  /// What of a table is not as usual; `nil` where everything is.
  func dialect() -> TableDialect? {
    let dialect = TableDialect(
      encoding: encoding(), separator: separator(),
      columns: section.texts("columns", of: "names of columns"), comment: section.text("comment"))
    if let columns = dialect.columns, columns.isEmpty {
      section.add("columns", "the list is empty", hint: "leave it out where there is a header line")
    }
    return dialect == TableDialect() ? nil : dialect
  }

  /// Absent and `utf-8` are the same.
  private func encoding() -> TextEncoding? {
    guard section.node("encoding") != nil else { return nil }
    let names = TextEncoding.allCases.map { ($0.rawValue, $0) } + TextEncoding.otherNames
    let encoding = section.choice("encoding", default: TextEncoding.utf8, among: names)
    return encoding == .utf8 ? nil : encoding
  }

  /// Absent and `comma` are the same.
  private func separator() -> String? {
    guard let node = section.node("separator") else { return nil }
    let names = CSVTable.separators.map(\.name)
    if let named = CSVTable.separators.first(where: { $0.name == node.text }) {
      return named.character == "," ? nil : String(named.character)
    }
    guard let text = node.text, text.utf8.count == 1, let byte = text.utf8.first,
      byte == 0x09 || (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\"")
    else {
      section.addWrong(
        node, "separator", expected: "one of \(names.joined(separator: ", ")), or one character")
      return nil
    }
    return text == "," ? nil : text
  }

  /// The files of a list.
  func list() -> CatalogueFormat? {
    let train = path("train_list", example: "ImageNet_LT_train.txt")
    let validation = optionalPath("validation_list")
    let test = optionalPath("test_list")
    let image = optionalPath("image")
    if let image {
      guard isPattern(image, example: "images/{path}") else { return nil }
    }
    let isFile = section.node("class_names")?.text != nil
    let names = isFile ? nil : section.texts("class_names", of: "class names")
    let file = isFile ? optionalPath("class_names") : nil
    let encoding = encoding()
    guard let train else { return nil }
    return .list(
      ListFormat(
        train: train, validation: validation, test: test, imagePattern: image ?? "{path}",
        classNames: names, classNamesFile: file, encoding: encoding))
  }

  /// How labels become classes; `nil` for the usual rules.
  func labels() -> LabelRules? {
    let labels = section.section("labels", .labels)
    let rules = LabelRules(
      near: labels.choice("near", default: LabelRules().near), merge: merge(in: labels),
      missing: labels.texts("missing", of: "labels") ?? [])
    return rules == LabelRules() ? nil : rules
  }

  private func merge(in labels: SectionReader) -> [String: [String]] {
    guard let node = labels.node("merge") else { return [:] }
    guard let entries = node.entries else {
      labels.addWrong(
        node, "merge", expected: "a mapping from a class's name to other labels",
        hint: "write for example 'merge: {Boot: [BOOT, boots]}'")
      return [:]
    }
    var merged: [String: [String]] = [:]
    var owners: [String: String] = [:]
    for entry in entries {
      let path = labels.path("merge.\(entry.key)")
      guard let elements = entry.value.elements else {
        labels.problems.add(
          entry.value.place, "\(path): received \(entry.value.received), expected a list of labels",
          hint: "write for example '\(entry.key): [other, another]'")
        continue
      }
      for element in elements {
        guard let label = labels.text(element, "merge.\(entry.key)", expected: "a label") else {
          continue
        }
        if label == entry.key || owners[label] != nil {
          labels.problems.add(
            element.place,
            label == entry.key
              ? "\(path): '\(label)' is the class's own name"
              : "\(path): '\(label)' is merged into '\(owners[label] ?? "")' too",
            hint: "name every label once")
          continue
        }
        owners[label] = entry.key
        merged[entry.key, default: []].append(label)
      }
    }
    for name in merged.keys.sorted() {
      guard let owner = owners[name] else { continue }
      labels.add(
        "merge", "'\(name)' is merged into '\(owner)' and has labels merged into it",
        hint: "merge all of them into one class")
    }
    return merged
  }
}
