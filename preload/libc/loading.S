/*
 * dlopen and dlmopen look for libraries on behalf of whoever calls them: its RUNPATH, its $ORIGIN,
 * its namespace, all told by the return address. So that must stay the caller's own: the name is
 * exchanged for the one on disk (loading.c), then this jumps to the next definition.
 */
	.text
	.globl dlopen
	.type dlopen, %function
dlopen:
#if defined(__x86_64__)
	.cfi_startproc
	endbr64
	movq (%rsp), %rdx
	pushq %rsi
	.cfi_adjust_cfa_offset 8
	call loading_name
	pushq %rax
	.cfi_adjust_cfa_offset 8
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	call loading_dlopen
	addq $8, %rsp
	popq %rdi
	popq %rsi
	.cfi_adjust_cfa_offset -24
	jmp *%rax
	.cfi_endproc
#elif defined(__aarch64__)
	hint 34
	stp x29, x30, [sp, -32]!
	str x1, [sp, 16]
	mov x2, x30
	bl loading_name
	str x0, [sp, 24]
	bl loading_dlopen
	mov x16, x0
	ldr x0, [sp, 24]
	ldr x1, [sp, 16]
	ldp x29, x30, [sp], 32
	br x16
#endif
	.size dlopen, . - dlopen

	.globl dlmopen
	.type dlmopen, %function
dlmopen:
#if defined(__x86_64__)
	.cfi_startproc
	endbr64
	pushq %rdi
	pushq %rdx
	subq $8, %rsp
	.cfi_adjust_cfa_offset 24
	movq %rsi, %rdi
	movl $4, %esi /* RTLD_NOLOAD: the name alone */
	movq 24(%rsp), %rdx
	call loading_name
	movq %rax, (%rsp)
	subq $16, %rsp
	.cfi_adjust_cfa_offset 16
	call loading_dlmopen
	addq $16, %rsp
	popq %rsi
	popq %rdx
	popq %rdi
	.cfi_adjust_cfa_offset -40
	jmp *%rax
	.cfi_endproc
#elif defined(__aarch64__)
	hint 34
	stp x29, x30, [sp, -48]!
	stp x0, x2, [sp, 16]
	mov x0, x1
	mov w1, 4 /* RTLD_NOLOAD: the name alone */
	mov x2, x30
	bl loading_name
	str x0, [sp, 32]
	bl loading_dlmopen
	mov x16, x0
	ldr x1, [sp, 32]
	ldp x0, x2, [sp, 16]
	ldp x29, x30, [sp], 48
	br x16
#endif
	.size dlmopen, . - dlmopen
	.section .note.GNU-stack, "", %progbits
