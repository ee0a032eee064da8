import Datasets
import Foundation

/// Reads `dataset`.
struct DatasetReader {
  let section: SectionReader

  enum Format: String, CaseIterable { case csv, folder, list, idx, cifar10, cifar100 }

  /// Keys that only some formats have.
  private static let owned: [(formats: [Format], keys: [String])] = [
    ([.csv], ["file", "id", "label", "text", "separator", "columns", "comment"]),
    ([.csv, .list], ["image", "encoding"]),
    ([.list], ["train_list", "validation_list", "test_list"]),
    ([.idx], ["train_images", "train_labels", "test_images", "test_labels"]),
    ([.idx, .list], ["class_names"]),
  ]

  /// The format alone, if it is given and known: the split needs it too.
  var format: Format? { section.node("format")?.text.flatMap(Format.init) }

  /// The data set, or `nil` where a required key is missing or wrong.
  func read() -> DatasetConfiguration? {
    let root = root()
    let catalogue = catalogue()
    let classes = Self.classes(of: section)
    let limit = section.number("quarantine_limit", expected: "a share from 0 to 1") {
      (0...1).contains($0)
    }
    let name = section.text("name")
    let links = section.node("follow_links").map { _ in
      section.choice("follow_links", default: LinkRule.anywhere)
    }
    let labels = labels()
    guard let root, let catalogue else { return nil }
    let last = root.split(separator: "/").last.map(String.init) ?? "data"
    var dataset = DatasetConfiguration(
      name: name ?? last, root: root, format: catalogue, classes: classes)
    if let limit { dataset.quarantineLimit = limit }
    dataset.followLinks = links == .anywhere ? nil : links
    dataset.labels = labels
    return dataset
  }

  /// The absolute path of the root, seen from the folder of the file it is written in.
  private func root() -> String? {
    guard section.node("root") != nil else {
      section.addMissing("root", example: "../data")
      return nil
    }
    return section.absolutePath("root")
  }

  private func catalogue() -> CatalogueFormat? {
    guard section.node("format") != nil else {
      section.addMissing("format", example: "folder")
      return nil
    }
    let format = section.choice(
      "format", default: Format?.none, among: Format.allCases.map { ($0.rawValue, $0) })
    guard let format else { return nil }
    for (owners, keys) in Self.owned where !owners.contains(format) {
      for key in keys where section.node(key) != nil {
        section.problems.add(
          section.place(of: key), "\(section.path(key)) has no meaning for format \(format)",
          hint: "it belongs to format \(owners.map(\.rawValue).joined(separator: " and "))")
      }
    }
    switch format {
    case .csv: return csv()
    case .list: return list()
    case .idx: return idx()
    case .folder: return .folder
    case .cifar10: return .cifar10
    case .cifar100: return .cifar100
    }
  }

  private func csv() -> CatalogueFormat? {
    let file = path("file", example: "labels.csv")
    let id = required("id", example: "id")
    let label = required("label", example: "label")
    let text = section.text("text")
    let image = path("image", example: "images/{id}.jpg")
    let dialect = dialect()
    if let image, !isPattern(image, example: "images/{\(id ?? "id")}.jpg") { return nil }
    guard let file, let id, let label, let image else { return nil }
    return .csv(
      CSVFormat(
        file: file, idColumn: id, labelColumn: label, textColumn: text, imagePattern: image,
        dialect: dialect))
  }

  func isPattern(_ image: String, example: String) -> Bool {
    let opens = image.count { $0 == "{" }
    if opens > 0, opens == image.count(where: { $0 == "}" }), !image.contains("{}") { return true }
    section.add(
      "image", "received '\(image)', expected a path with a column in braces",
      hint: "write for example '\(example)'")
    return false
  }

  private func idx() -> CatalogueFormat? {
    let images = path("train_images", example: "train-images-idx3-ubyte.gz")
    let labels = path("train_labels", example: "train-labels-idx1-ubyte.gz")
    let testImages = optionalPath("test_images")
    let testLabels = optionalPath("test_labels")
    if (section.node("test_images") == nil) != (section.node("test_labels") == nil) {
      let given = section.node("test_images") == nil ? "test_labels" : "test_images"
      let other = given == "test_images" ? "test_labels" : "test_images"
      section.add(given, "is given without \(other)", hint: "give both or neither")
    }
    let names = section.texts("class_names", of: "class names")
    guard let images, let labels else { return nil }
    return .idx(
      IDXFormat(
        trainImages: images, trainLabels: labels, testImages: testImages, testLabels: testLabels,
        classNames: names))
  }

  /// Which classes of a data set count.
  static func classes(of section: SectionReader) -> ClassSelection {
    let classes = section.section("classes", .classes)
    func count(_ key: String) -> Int? {
      classes.integer(key, expected: "a whole number of at least 1") { $0 >= 1 }
    }
    let selection = ClassSelection(
      top: count("top"), remaining: count("remaining"), minImages: count("min_images"),
      include: classes.texts("include", of: "class names") ?? [],
      exclude: classes.texts("exclude", of: "class names") ?? [])
    if selection.top != nil, selection.remaining != nil {
      classes.add("remaining", "excludes 'top'", hint: "keep one of them")
    }
    for name in selection.exclude where selection.include.contains(name) {
      classes.add("exclude", "'\(name)' is also in 'include'")
    }
    return selection
  }

  private func required(_ key: String, example: String) -> String? {
    if section.node(key) == nil { section.addMissing(key, example: example) }
    return section.text(key)
  }

  func path(_ key: String, example: String) -> String? {
    if section.node(key) == nil { section.addMissing(key, example: example) }
    return optionalPath(key)
  }

  func optionalPath(_ key: String) -> String? { section.relativePath(key) }
}

extension SectionReader {
  /// A path below the data's root.
  func relativePath(_ key: String) -> String? {
    guard let path = text(key) else { return nil }
    if path.hasPrefix("/") || path.split(separator: "/").contains("..") {
      add(
        key, "received '\(path)', expected a path below the root",
        hint: "leave out a leading '/' and '..'; change dataset.root instead")
      return nil
    }
    return path
  }
}
