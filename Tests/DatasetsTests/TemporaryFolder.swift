import Datasets
import Foundation

/// A folder of its own for one test, removed with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to file: String) throws { try write(Array(text.utf8), to: file) }

  func write(_ bytes: [UInt8], to file: String = "table.csv") throws {
    let full = "\(path)/\(file)"
    let folder = String(full[..<full.lastIndex(of: "/")!])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: full))
  }

  func link(_ file: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/\(file)", withDestinationPath: destination)
  }

  /// Empty images of the given ids.
  func images(_ ids: [String]) throws { for id in ids { try write([1], to: "images/\(id).jpg") } }

  func table(
    id: String = "id", label: String = "label", text: String? = nil,
    image: String = "images/{id}.jpg"
  ) -> DatasetConfiguration {
    DatasetConfiguration(
      name: "small", root: path,
      format: .csv(
        CSVFormat(
          file: "table.csv", idColumn: id, labelColumn: label, textColumn: text,
          imagePattern: image)))
  }

  func configuration(_ format: CatalogueFormat) -> DatasetConfiguration {
    DatasetConfiguration(name: "small", root: path, format: format)
  }
}

/// An IDX file of bytes.
func idx(_ sizes: [Int], _ content: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 8, UInt8(sizes.count)]
  for size in sizes {
    bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
  }
  return bytes + content
}

/// A catalogue of made-up examples: for each class as many as asked for.
func catalogue(_ counts: KeyValuePairs<String, Int>) -> Catalogue {
  catalogue(counts.map { ($0.key, $0.value) })
}

func catalogue(_ counts: [(name: String, count: Int)]) -> Catalogue {
  Catalogue(
    name: "made up", root: "/nowhere",
    examples: counts.flatMap { name, count in
      (0..<count).map {
        Example(id: "\(name)/\($0)", label: name, pixels: .file("/nowhere/\(name)/\($0).jpg"))
      }
    })
}
