import Datasets
import TestSupport

// Data sets in a folder of their own.
extension TemporaryFolder {
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
