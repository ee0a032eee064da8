import Tensors

/// The words of a batch of texts in the order in which a recurrent layer reads them, with memory for
/// the longest texts that may come.
final class WordsByTime {
  /// words × batch: the number of each text's word at each time, 0 after its end.
  let ids: UnsafeMutablePointer<Int32>
  /// Words of each text.
  let lengths: UnsafeMutablePointer<Int32>
  private let texts: Int
  private let longest: Int
  private let vocabulary: Int
  /// Rows of ``ids`` up to the end of the batch's longest text.
  private(set) var rows = 0

  /// Memory for `texts` texts of up to `longest` words numbered below `vocabulary`.
  init(texts: Int, longest: Int, vocabulary: Int) {
    (self.texts, self.longest, self.vocabulary) = (texts, longest, vocabulary)
    ids = .allocate(capacity: texts * longest)
    lengths = .allocate(capacity: texts)
    ids.initialize(repeating: 0, count: texts * longest)
    lengths.initialize(repeating: 0, count: texts)
  }

  deinit {
    ids.deallocate()
    lengths.deallocate()
  }

  /// Reads batch × words: the words from the left, then zeros.
  ///
  /// - Precondition: the shape is that which there is memory for, and every word is below the
  ///   vocabulary's size.
  func read(_ src: TensorView) {
    precondition(src.count == texts * longest, "\(src.shape) is not \(texts) × \(longest) words")
    var end = 0
    for text in 0..<texts {
      let start = src.pointer + text * longest
      var length = 0
      while length < longest, start[length] != 0 { length += 1 }
      lengths[text] = Int32(length)
      end = max(end, length)
    }
    for time in 0..<end {
      for text in 0..<texts {
        let id = time < Int(lengths[text]) ? Int32(src.pointer[text * longest + time]) : 0
        precondition(id >= 0 && id < vocabulary, "word \(id) of \(vocabulary)")
        ids[time * texts + text] = id
      }
    }
    rows = end * texts
  }
}
