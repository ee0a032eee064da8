import Kernels
import Tensors

/// A text encoder of given extents.
package final class PlannedTextEncoderLayer: PlainLayer {
  struct Memory {
    /// What the recurrent layer keeps for its backward pass.
    let states: WorkspacePlan.Slot
    /// words × batch × embedding, and its gradient.
    let vectors, dVectors: WorkspacePlan.Slot
  }

  private let embedding: Parameter
  private let parameters: [Parameter]
  private let weights: [RecurrentKernel.Weights]
  private let gradients: [RecurrentKernel.Gradients]
  private let kernel: RecurrentKernel
  private let memory: Memory
  private let words: WordsByTime

  init(_ layer: TextEncoderLayer, _ kernel: RecurrentKernel, _ memory: Memory) {
    (embedding, parameters) = (layer.embedding, layer.parameters)
    (self.kernel, self.memory) = (kernel, memory)
    weights = layer.directions.map {
      .init(
        input: $0.inputWeight.elements, hidden: $0.hiddenWeight.elements,
        inputBias: $0.inputBias.elements, hiddenBias: $0.hiddenBias.elements)
    }
    gradients = layer.directions.map {
      .init(
        input: $0.inputWeight.trainedGradient.pointer,
        hidden: $0.hiddenWeight.trainedGradient.pointer,
        inputBias: $0.inputBias.trainedGradient.pointer,
        hiddenBias: $0.hiddenBias.trainedGradient.pointer)
    }
    words = WordsByTime(
      texts: kernel.batch, longest: kernel.length, vocabulary: layer.vocabulary)
  }

  package var resultShape: Shape { .matrix(kernel.batch, kernel.outputs) }

  private var lookup: EmbeddingKernel {
    EmbeddingKernel(rows: words.rows, width: kernel.inputs)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    words.read(src)
    let vectors = pass.workspace[memory.vectors]
    lookup.forward(
      y: vectors, ids: words.ids, table: embedding.elements, pool: pass.pool)
    kernel.forward(
      y: dst.pointer, x: vectors, lengths: words.lengths, weights: weights,
      memory: .init(kernel, at: pass.workspace[memory.states]), pool: pass.pool)
  }

  /// Words have no gradient: `dSrc`, where there is one, becomes zeros.
  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    words.read(src)
    let dVectors = pass.workspace[memory.dVectors]
    for parameter in parameters { parameter.clearGradient(pool: pass.pool) }
    kernel.backward(
      dx: dVectors, gradients: gradients, dy: dDst.pointer, x: pass.workspace[memory.vectors],
      lengths: words.lengths, weights: weights,
      memory: .init(kernel, at: pass.workspace[memory.states]), pool: pass.pool)
    lookup.backward(
      dTable: embedding.trainedGradient.pointer, ids: words.ids, dy: dVectors, pool: pass.pool)
    dSrc?.fill(0)
  }
}
