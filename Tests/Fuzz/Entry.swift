import Foundation

/// A reader, and how the fuzzer's bytes reach it.
enum Entry: String, CaseIterable {
  /// The decoders of pictures, told by the first bytes.
  case pictures
  /// Files of weights as they are.
  case weights
  /// A pickle in a PyTorch archive with right checksums.
  case pickle
  /// A header of safetensors with its right length.
  case safetensors
  /// Experiment files.
  case experiment
  /// Tables in every encoding and with every separator.
  case table
  /// IDX and CIFAR files, gzipped or not.
  case idx
  /// Checkpoints with a right checksum.
  case checkpoint
  /// What a worker leaves, behind its seal.
  case outcome
  /// JSON that a store holds: values, recipes.
  case stored

  /// Gives the bytes to the reader.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .pictures: Readers.picture(bytes)
    case .weights: Readers.weights(bytes)
    case .pickle: Readers.weights(TorchArchive.bytes(pickle: bytes))
    case .safetensors: Readers.weights(Wrapping.safetensors(header: bytes))
    case .experiment: Readers.experiment(bytes)
    case .table: Readers.table(bytes)
    case .idx: Readers.idx(bytes)
    case .checkpoint: Readers.checkpoint(bytes)
    case .outcome: Readers.outcome(bytes)
    case .stored: Readers.stored(bytes)
    }
  }

  /// The entry that the environment names.
  static let chosen: Entry = {
    let name = ProcessInfo.processInfo.environment["COUNTERPOISE_FUZZ_ENTRY"] ?? ""
    guard let entry = Entry(rawValue: name) else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      print("COUNTERPOISE_FUZZ_ENTRY is '\(name)'; expected one of \(names)")
      exit(64)
    }
    return entry
  }()
}

/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  Entry.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
