import Files

extension CatalogueDraft {
  /// Reads IDX files. Ids are `train/0`, `test/0` and so on.
  mutating func readIDX(_ format: IDXFormat, root: String) throws(DatasetError) {
    if let names = format.classNames, Set(names).count < names.count {
      throw DatasetError(
        .badLabels, at: "dataset.class_names", "a name stands there twice",
        advice: "give every class a name of its own")
    }
    try readIDX(
      images: format.trainImages, labels: format.trainLabels, names: format.classNames,
      split: .train, root: root)
    switch (format.testImages, format.testLabels) {
    case (nil, nil): return
    case (let images?, let labels?):
      try readIDX(
        images: images, labels: labels, names: format.classNames, split: .test, root: root)
    default:
      throw DatasetError(
        .badLabels, at: "dataset.test_images and dataset.test_labels", "one of them is missing",
        advice: "give both, or neither")
    }
  }

  private mutating func readIDX(
    images: String, labels: String, names: [String]?, split: SplitName, root: String
  ) throws(DatasetError) {
    let imagePath = try existingFile(
      images, for: "dataset.\(split.rawValue)_images", under: root)
    let labelPath = try existingFile(
      labels, for: "dataset.\(split.rawValue)_labels", under: root)
    let pixels = try asDatasetError { () throws(FileError) in try IDXFile(path: imagePath) }
    let classes = try asDatasetError { () throws(FileError) in try IDXFile(path: labelPath) }
    guard pixels.dimensions.count == 3 || pixels.dimensions.count == 4 else {
      throw DatasetError(
        .badLabels, at: imagePath,
        "its dimensions are \(pixels.dimensions), and images × height × width are expected",
        advice: "check that images and labels are not exchanged")
    }
    guard classes.dimensions.count == 1 else {
      throw DatasetError(
        .badLabels, at: labelPath,
        "its dimensions are \(classes.dimensions), and one label an image is expected",
        advice: "check that images and labels are not exchanged")
    }
    guard pixels.count == classes.count else {
      throw DatasetError(
        .badLabels, at: labelPath,
        "\(classes.count) labels, and '\(imagePath)' has \(pixels.count) images",
        advice: "give two files that belong together")
    }
    let numbers = try asDatasetError { () throws(FileError) in try classes.bytes() }
    for (index, label) in numbers.enumerated() {
      examples.append(
        Example(
          id: "\(split.rawValue)/\(index)",
          label: try name(of: Int(label), in: names, at: "\(labelPath), label \(index)"),
          pixels: .idx(file: imagePath, index: index), givenSplit: split))
    }
  }

  /// The two binary data sets of Krizhevsky 2009.
  enum CIFAR {
    case cifar10, cifar100

    var folder: String { self == .cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary" }
    var labelBytes: Int { self == .cifar10 ? 1 : 2 }
    var namesFile: String { self == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt" }
    var trainFiles: [String] {
      self == .cifar10 ? (1...5).map { "data_batch_\($0).bin" } : ["train.bin"]
    }
    var testFile: String { self == .cifar10 ? "test_batch.bin" : "test.bin" }
    var classCount: Int { self == .cifar10 ? 10 : 100 }
    var pythonFile: String { self == .cifar10 ? "data_batch_1" : "train" }
  }

  /// Reads a binary CIFAR data set, in the root or in the folder its archive unpacks to. Ids are
  /// `data_batch_1/0` and so on.
  mutating func readCIFAR(_ kind: CIFAR, root: String) throws(DatasetError) {
    let unpacked = "\(root)/\(kind.folder)"
    let folder = FolderListing.isFolder(unpacked) ? unpacked : root
    let files = kind.trainFiles.map { ($0, SplitName.train) } + [(kind.testFile, .test)]
    let present = try asDatasetError { () throws(FileError) in try FolderListing(of: folder) }
    let held = Set(present.entries.map(\.name))
    let missing = files.map(\.0).filter { !held.contains($0) }
    guard missing.isEmpty else {
      let isPython = held.contains(kind.pythonFile)
      throw DatasetError(
        .missingFile, at: folder,
        "it lacks \(Wording.list(missing, limit: 6))"
          + (isPython ? ", and holds the data set's Python version" : ""),
        advice: "unpack the data set's binary version there")
    }
    let names = try readNames(kind, in: folder, isPresent: held.contains(kind.namesFile))
    for (file, split) in files {
      let path = "\(folder)/\(file)"
      let records = try asDatasetError { () throws(FileError) in
        try CIFARFile(path: path, labelBytes: kind.labelBytes)
      }
      let stem = file.dropLast(".bin".count)
      for index in 0..<records.count {
        let label = records.label(at: index)
        let place = "\(path), record \(index)"
        guard label < kind.classCount else { throw unknownLabel(label, kind.classCount, place) }
        examples.append(
          Example(
            id: "\(stem)/\(index)", label: try name(of: label, in: names, at: place),
            pixels: .cifar(file: path, index: index, labelBytes: kind.labelBytes),
            givenSplit: split))
      }
    }
  }

  /// The classes' names from the file beside the records; `nil` where there is none.
  private func readNames(
    _ kind: CIFAR, in folder: String, isPresent: Bool
  ) throws(DatasetError) -> [String]? {
    guard isPresent else { return nil }
    let path = "\(folder)/\(kind.namesFile)"
    let bytes = try asDatasetError { () throws(FileError) in
      try Gzip.decompress(path: path, limit: 1 << 20)
    }
    let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { String($0).trimmingBlanks() }.filter { !$0.isEmpty }
    guard names.count == kind.classCount, Set(names).count == names.count else {
      throw DatasetError(
        .badLabels, at: path,
        "it names \(Set(names).count) classes and \(kind.classCount) are expected",
        advice: "unpack the data set again, or remove the file to name classes by number")
    }
    return names
  }

  private func name(
    of label: Int, in names: [String]?, at place: @autoclosure () -> String
  ) throws(DatasetError) -> String {
    guard let names else { return String(label) }
    guard label < names.count else { throw unknownLabel(label, names.count, place()) }
    return names[label]
  }

  private func unknownLabel(_ label: Int, _ count: Int, _ place: String) -> DatasetError {
    DatasetError(
      .badLabels, at: place, "class \(label), and there are \(count) classes from 0 on",
      advice: "check the file, and dataset.class_names if it is given")
  }
}
